import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { callerOf, type Routes } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { artifactsOfType } from './artifact-graph.ts';
import { readArtifactType } from './artifact-types.ts';
import { JobStatus, ListedJob, listedJob, RequestType, ShownJob, shownJob } from './job-documents.ts';
import { namedSandbox } from './named-sandbox.ts';
import { packageOf, ShownArtifact } from './package-documents.ts';
import { PackageParameter } from './package-routes.ts';
import { pageOf, pageOfRecords, pageQuery } from './record-page.ts';
import { snapshotOf } from './snapshot.ts';
import { existingPackage } from './stored-package.ts';

const Resources = Type.Object({
  resources: Type.Array(
    Type.Object({ palmResourceType: Type.String(), resourcePermissions: Type.Array(Type.String()) }),
  ),
});

/** What clients ask about jobs, permissions and artifacts. */
export function registerJobs(routes: Routes, { store }: Pick<Dependencies, 'store'>): void {
  routes.get(
    '/packages/jobs',
    {
      schema: {
        summary: 'List publications and imports, the newest first',
        querystring: Type.Object({
          ...pageQuery,
          jobType: Type.Optional(Type.Enum(['NEW', 'RESUME', 'ROLLBACK'])),
          jobStatus: Type.Optional(JobStatus),
          requestType: Type.Optional(RequestType),
        }),
        response: { 200: pageOf(ListedJob) },
      },
    },
    async (request) => {
      const { organization } = callerOf(request);
      const { jobType, jobStatus, requestType, ...query } = request.query;
      const jobs = (await store.packages(organization.id, 'job').list()).map(listedJob);
      const asked = jobs.filter(
        (job) =>
          (jobType === undefined || job.jobType === jobType) &&
          (jobStatus === undefined || job.jobStatus === jobStatus) &&
          (requestType === undefined || job.requestType === requestType),
      );
      return pageOfRecords(asked, query);
    },
  );

  routes.get(
    '/tools/job/:jobID',
    {
      schema: {
        summary: 'Look up a publication or an import',
        params: Type.Object({ jobID: Type.String() }),
        response: {
          200: Type.Object({
            status: Type.String(),
            type: Type.String(),
            message: Type.String(),
            object: ShownJob,
          }),
        },
      },
    },
    async (request) => {
      const { organization } = callerOf(request);
      const { jobID } = request.params;
      const job = await store.packages(organization.id, 'job').get(jobID);
      if (job === undefined) throw new Problem('notFound', `There is no job ${jobID} in this organisation.`);
      return {
        status: 'OK',
        type: 'SUCCESS',
        message: `Job with ID: ${jobID} found`,
        object: shownJob(job, organization),
      };
    },
  );

  routes.get(
    '/tools/artifacts/:artifactType',
    {
      schema: {
        summary: 'All artifacts of a type in a sandbox',
        description: 'The sandbox is that of the header x-sandbox-name.',
        params: Type.Object({ artifactType: Type.String() }),
        headers: Type.Object({ 'x-sandbox-name': Type.Optional(Type.String()) }),
        response: {
          200: Type.Object({
            status: Type.String(),
            type: Type.String(),
            message: Type.String(),
            object: Type.Array(ShownArtifact),
          }),
        },
      },
    },
    async (request) => {
      const name = request.headers['x-sandbox-name'] ?? '';
      const source = await namedSandbox(store, callerOf(request), { name }, 'The header x-sandbox-name');
      const type = readArtifactType(request.params.artifactType, 'artifactType');
      const found = await artifactsOfType(source.store, type);
      const message = `${found.length} Artifacts found for type ${type}`;
      return { status: 'OK', type: 'SUCCESS', message, object: [...found] };
    },
  );

  for (const path of ['/packages/preflight/:packageID', '/packages/preflight/:packageID/export']) {
    routes.get(
      path,
      {
        schema: {
          summary: 'Whether the caller may import a package',
          description:
            'Who may call for an organisation may do anything in it, so that nothing is ever missing.',
          params: PackageParameter,
          querystring: Type.Object({ targetSandbox: Type.String({ minLength: 1, maxLength: 256 }) }),
          response: {
            200: Type.Object({
              packageID: Type.String(),
              targetSandboxName: Type.String(),
              permissionResponse: Type.Array(
                Type.Object({
                  artifactID: Type.String(),
                  artifactType: Type.String(),
                  requiredPermissions: Resources,
                  missingPermissions: Resources,
                  creationAllowed: Type.Boolean(),
                }),
              ),
            }),
          },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const orgId = caller.organization.id;
        const record = await existingPackage(store, orgId, request.params.packageID);
        const target = await namedSandbox(
          store,
          caller,
          { name: request.query.targetSandbox },
          'targetSandbox',
        );
        const snapshot = await store.packages(orgId, 'snapshot').get(record.id);
        const artifacts =
          snapshot === undefined ? packageOf(record).artifacts : snapshotOf(snapshot).artifacts;
        return {
          packageID: record.id,
          targetSandboxName: target.sandbox.name,
          permissionResponse: artifacts.map(({ id, type }) => ({
            artifactID: id,
            artifactType: type,
            requiredPermissions: { resources: [] },
            missingPermissions: { resources: [] },
            creationAllowed: true,
          })),
        };
      },
    );
  }
}
