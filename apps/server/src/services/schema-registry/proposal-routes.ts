import { isJsonObject, type ProposalColumn, proposeSchema } from '@tributary/xdm';
import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { requireResource } from './find-resource.ts';
import { importPayload } from './import-resources.ts';
import { SAMPLE_TYPES, sampleColumns } from './propose-from-sample.ts';
import { sourceTableColumns } from './propose-from-source.ts';
import { TENANT_PLACEHOLDER } from './transfer-names.ts';

/** A sample shows what rows look like; all of it is read. */
const MAX_SAMPLE_BYTES = 16 * 1024 * 1024;
const MAX_TITLE = 200;

const Creation = Type.Object({
  create: Type.Optional(
    Type.Boolean({ description: 'Whether to create what is proposed: all of it, or nothing.' }),
  ),
});

const Wish = Type.Object({
  title: Type.Optional(
    Type.String({ minLength: 1, maxLength: MAX_TITLE, description: 'Title of the schema.' }),
  ),
  classId: Type.Optional(
    Type.String({
      maxLength: 2_000,
      description: 'The `$id` of a class to build on; left out, one is proposed.',
    }),
  ),
});

const SourceTable = Type.Interface([Wish], {
  sourceConnectionId: Type.Optional(
    Type.String({ description: 'Names the table or the files, and how files are read.' }),
  ),
  baseConnectionId: Type.Optional(Type.String({ description: 'Instead, together with object.' })),
  object: Type.Optional(Type.String({ minLength: 1, description: 'The table, as the source calls it.' })),
});

const Proposal = Type.Object({
  resources: Type.Array(Type.Unknown(), {
    description: 'What is proposed, as /rpc/import takes it; with `create`, what has been created.',
  }),
  columns: Type.Array(
    Type.Object({
      name: Type.String({ description: 'The column.' }),
      path: Type.String({ description: 'Its field.' }),
      xdmType: Type.String(),
      isNullable: Type.Boolean({
        description: 'Whether a row without a value was seen, or nothing is known.',
      }),
      identity: Type.Optional(
        Type.Object({
          namespace: Type.String(),
          isPrimary: Type.Boolean(),
          reason: Type.String({ description: 'Why the field may identify a row’s subject.' }),
        }),
      ),
    }),
  ),
});

const answers = { 200: Proposal, 201: Proposal };

/** Proposals of schemas, for a table of a source or a sample of rows. */
export function registerProposals(
  routes: Routes,
  dependencies: Pick<Dependencies, 'engine' | 'vault' | 'openSource'>,
): void {
  routes.post(
    '/rpc/propose/source',
    {
      schema: {
        summary: 'Propose a schema for a table or files of a source',
        description:
          'Asks the source for the columns and looks at the first rows: of a source connection, or of a table of a base connection.',
        querystring: Creation,
        body: SourceTable,
        response: answers,
      },
    },
    async (request, reply) => {
      const caller = sandboxOf(request);
      const { title, classId, ...reference } = request.body;
      await requireClass(caller, classId);
      const { table, columns } = await sourceTableColumns(dependencies, caller.store, reference);
      return answer(reply, caller, columns, { title: title ?? table, classId }, request.query);
    },
  );

  // In a scope of its own, as no other route takes anything but JSON.
  void routes.register(async (scope: Routes) => {
    scope.addContentTypeParser(
      Object.keys(SAMPLE_TYPES).filter((type) => type !== 'application/json'),
      { parseAs: 'buffer', bodyLimit: MAX_SAMPLE_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.post(
      '/rpc/propose/sample',
      {
        bodyLimit: MAX_SAMPLE_BYTES,
        schema: {
          summary: 'Propose a schema for a sample of rows',
          description: `The body is CSV with a header (text/csv), JSON (an array of objects), JSON lines (application/x-ndjson) or Parquet (application/vnd.apache.parquet), of at most ${MAX_SAMPLE_BYTES} bytes.`,
          querystring: Type.Interface([Wish, Creation], {}),
          body: Type.Unknown(),
          response: answers,
        },
      },
      async (request, reply) => {
        const caller = sandboxOf(request);
        const { title = 'Sample', classId } = request.query;
        await requireClass(caller, classId);
        const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
        const bytes = Buffer.isBuffer(request.body) ? request.body : jsonRows(request.body);
        const columns = await sampleColumns(dependencies, bytes, SAMPLE_TYPES[type] ?? 'json');
        return answer(reply, caller, columns, { title, classId }, request.query);
      },
    );
  });
}

/** JSON is parsed before it comes here. */
function jsonRows(body: unknown): Uint8Array {
  const rows: readonly unknown[] = Array.isArray(body) ? body : [body];
  const hasMembers = rows.some((row) => isJsonObject(row) && Object.keys(row).length > 0);
  if (hasMembers && rows.every(isJsonObject)) return Buffer.from(JSON.stringify(rows));
  throw new Problem(
    'invalidBody',
    'A sample as JSON must be an array of objects, at least one with members.',
    {
      violations: [{ path: '', message: 'expected an array of objects' }],
    },
  );
}

async function requireClass(caller: SandboxedCaller, classId: string | undefined): Promise<void> {
  if (classId === undefined) return;
  const resource = await requireResource(caller, classId);
  if (resource['meta:resourceType'] === 'classes' && resource.$id === classId) return;
  throw new Problem('invalidParameter', `classId must be the $id of a class: ${classId}.`, {
    violations: [{ path: 'classId', message: 'names no class' }],
  });
}

async function answer(
  reply: FastifyReply,
  caller: SandboxedCaller,
  columns: readonly ProposalColumn[],
  { title, classId }: { readonly title: string; readonly classId: string | undefined },
  { create = false }: Static<typeof Creation>,
) {
  if (columns.length === 0) {
    throw new Problem('invalidBody', 'There are no columns to propose fields for.', {
      violations: [{ path: '', message: 'expected at least one column' }],
    });
  }
  const proposal = proposeSchema({ title, classId, tenant: TENANT_PLACEHOLDER, columns });
  if (!create) return { resources: [...proposal.resources], columns: inTenant(proposal.columns, caller) };
  const resources = await importPayload(caller, proposal.resources);
  reply.code(201);
  return { resources: [...resources], columns: inTenant(proposal.columns, caller) };
}

/** Paths of columns are for people, who know their tenant. */
function inTenant<Column extends { readonly path: string }>(
  columns: readonly Column[],
  { organization }: SandboxedCaller,
): Column[] {
  return columns.map((column) => ({
    ...column,
    path: column.path.replace(TENANT_PLACEHOLDER, organization.tenantId),
  }));
}
