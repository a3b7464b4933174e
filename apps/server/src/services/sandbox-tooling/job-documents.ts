import { randomUUID } from 'node:crypto';
import type { Organization, PackageRecord, PackageRecords } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { PackageType, ShownArtifact } from './package-documents.ts';

const SandboxReference = Type.Object({ name: Type.String(), imsOrgId: Type.String() });
export const RequestType = Type.Enum(['EXPORT', 'IMPORT', 'COPY']);
export const JobStatus = Type.Enum(['PENDING', 'IN_PROGRESS', 'SUCCESS', 'FAILED', 'CANCELLED']);

/** What the request that began a job is answered with. */
export const StartedJob = Type.Object({
  name: Type.String(),
  description: Type.Optional(Type.String()),
  visibility: Type.Enum(['TENANT']),
  sourceSandbox: SandboxReference,
  destinationSandbox: Type.Optional(SandboxReference),
  type: PackageType,
  correlationId: Type.String(),
  jobId: Type.String(),
});

export const ListedJob = Type.Object({
  id: Type.String(),
  name: Type.String(),
  created: Type.Integer({ description: 'Epoch milliseconds.' }),
  updated: Type.Integer(),
  jobType: Type.Enum(['NEW']),
  requestType: RequestType,
  packageId: Type.String(),
  packageType: PackageType,
  description: Type.Optional(Type.String()),
  jobStatus: JobStatus,
  visibility: Type.Enum(['TENANT']),
  sourceSandBox: Type.String(),
  targetSandbox: Type.Optional(Type.String()),
  createdBy: Type.String(),
});

const Task = Type.Object({
  taskType: Type.Enum(['POST']),
  taskStatus: Type.Enum(['SUCCESS']),
  artifact: Type.Object({ ...ShownArtifact.properties, newId: Type.String() }),
});

export const ShownJob = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  visibility: Type.Enum(['TENANT']),
  requestType: RequestType,
  snapshotId: Type.String(),
  createdTimestamp: Type.Integer(),
  modifiedTimestamp: Type.Integer(),
  type: PackageType,
  jobStatus: JobStatus,
  jobType: Type.Enum(['NEW']),
  imsOrgId: Type.String(),
  sourceSandbox: SandboxReference,
  destinationSandbox: Type.Optional(SandboxReference),
  completedTasks: Type.Array(Task),
  importReplacementMap: Type.Record(Type.String(), Type.String(), {
    description: 'Ids in the package, and what they became or were given as in the destination.',
  }),
  message: Type.Optional(Type.String({ description: 'Why it failed.' })),
});

/** What is kept of a job. */
export interface JobDocument {
  readonly packageId: string;
  readonly packageType: Static<typeof PackageType>;
  readonly description?: string | undefined;
  readonly requestType: 'EXPORT' | 'IMPORT';
  readonly status: 'SUCCESS' | 'FAILED';
  readonly sourceSandbox: string;
  readonly destinationSandbox?: string;
  readonly created: readonly (Static<typeof ShownArtifact> & { readonly newId: string })[];
  readonly replacements: Readonly<Record<string, string>>;
  readonly message?: string;
}

export async function recordJob(
  jobs: PackageRecords,
  name: string,
  job: JobDocument,
  user: string,
): Promise<PackageRecord> {
  const record = await jobs.insert(newRecordId(), { name, body: { ...job } }, user);
  if (record === undefined) throw new Error('the new id of a job is taken');
  return record;
}

/** 32 hex digits, as the ids of packages and jobs are. */
export function newRecordId(): string {
  return randomUUID().replaceAll('-', '');
}

function jobOf({ body }: PackageRecord): JobDocument {
  // Only recordJob writes them.
  return body as unknown as JobDocument;
}

export function startedJob(record: PackageRecord, { id: imsOrgId }: Organization): Static<typeof StartedJob> {
  const { description, sourceSandbox, destinationSandbox, packageType } = jobOf(record);
  return {
    name: record.name,
    ...(description !== undefined && { description }),
    visibility: 'TENANT',
    sourceSandbox: { name: sourceSandbox, imsOrgId },
    ...(destinationSandbox !== undefined && { destinationSandbox: { name: destinationSandbox, imsOrgId } }),
    type: packageType,
    correlationId: record.id,
    jobId: record.id,
  };
}

export function listedJob(record: PackageRecord): Static<typeof ListedJob> {
  const job = jobOf(record);
  return {
    id: record.id,
    name: record.name,
    created: record.createdAt.getTime(),
    updated: record.updatedAt.getTime(),
    jobType: 'NEW',
    requestType: job.requestType,
    packageId: job.packageId,
    packageType: job.packageType,
    ...(job.description !== undefined && { description: job.description }),
    jobStatus: job.status,
    visibility: 'TENANT',
    sourceSandBox: job.sourceSandbox,
    ...(job.destinationSandbox !== undefined && { targetSandbox: job.destinationSandbox }),
    createdBy: record.createdBy,
  };
}

export function shownJob(record: PackageRecord, { id: imsOrgId }: Organization): Static<typeof ShownJob> {
  const job = jobOf(record);
  return {
    id: record.id,
    name: record.name,
    ...(job.description !== undefined && { description: job.description }),
    visibility: 'TENANT',
    requestType: job.requestType,
    snapshotId: job.packageId,
    createdTimestamp: record.createdAt.getTime(),
    modifiedTimestamp: record.updatedAt.getTime(),
    type: job.packageType,
    jobStatus: job.status,
    jobType: 'NEW',
    imsOrgId,
    sourceSandbox: { name: job.sourceSandbox, imsOrgId },
    ...(job.destinationSandbox !== undefined && {
      destinationSandbox: { name: job.destinationSandbox, imsOrgId },
    }),
    completedTasks: job.created.map((artifact) => ({ taskType: 'POST', taskStatus: 'SUCCESS', artifact })),
    importReplacementMap: { ...job.replacements },
    ...(job.message !== undefined && { message: job.message }),
  };
}
