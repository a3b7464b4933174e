import { isDeepStrictEqual } from 'node:util';
import {
  type ConnectionSpec,
  connectionSpecById,
  readFileSelection,
  readsFiles,
} from '@tributary/connectors';
import { documentOf, type SourceConnectionDocument, sourceColumnsOf } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import { type Static, Type } from 'typebox';
import type { Violation } from '../../http/problem.ts';
import { adhocSchemaIdOf, removeAdhocSchema, writeAdhocSchema } from '../schema-registry/adhoc-schemas.ts';
import { isDraft, requireDraftSupport } from './drafts.ts';
import { invalidBody } from './refusal.ts';
import type { Draft, ResourceType } from './resource-type.ts';
import { GivenSpecReference } from './spec-reference.ts';
import { schemaViolations } from './spec-schema.ts';
import { idsUsing, refuseChangeInUse } from './users.ts';

const SourceConnectionBody = Type.Object({
  name: Type.String({ minLength: 1 }),
  description: Type.Optional(Type.String()),
  baseConnectionId: Type.String(),
  connectionSpec: Type.Optional(GivenSpecReference),
  data: Type.Optional(
    Type.Object(
      {
        format: Type.Optional(
          Type.String({
            description: 'tabular, for all table-based sources; delimited, json or parquet for files',
          }),
        ),
      },
      { additionalProperties: true },
    ),
  ),
  params: Type.Record(Type.String(), Type.Unknown(), {
    description:
      "As the connection spec's sourceSpec says: tableName or path, and columns where not all are wanted",
  }),
});

/** A draft has its base connection: that tells what kind of source it is of. */
const DraftSourceConnectionBody = Type.Object({
  ...Type.Partial(SourceConnectionBody).properties,
  baseConnectionId: Type.String(),
});

type GivenSourceConnection = Static<typeof SourceConnectionBody>;

/** Source connections: which table of a source to read, and which of its columns. */
export const sourceConnections: ResourceType<GivenSourceConnection> = {
  kind: 'sourceConnection',
  name: 'sourceConnections',
  title: 'source connection',
  body: SourceConnectionBody,
  draftBody: DraftSourceConnectionBody,
  filterable: ['name', 'description', 'baseConnectionId', 'connectionSpec', 'data', 'params'],
  fixed: {
    baseConnectionId: 'the base connection of a source connection cannot be changed; create another one',
    connectionSpec: 'the connection spec of a connection cannot be changed',
  },
  openInDrafts: ['baseConnectionId'],
  inUseCode: '1447-400',

  async compose(draft) {
    const { given } = draft;
    const { base, spec, reference } = await specOfBase(draft);
    if (isDraft(base))
      throw invalidBody([{ path: '/baseConnectionId', message: 'names a draft; publish it first' }]);
    const { data, params, violations } = readsFiles(spec) ? ofFiles(given, spec) : ofTable(given, spec);
    if (violations.length > 0) throw invalidBody(violations);
    const document: SourceConnectionDocument = {
      name: given.name,
      ...(given.description !== undefined && { description: given.description }),
      state: 'enabled',
      baseConnectionId: given.baseConnectionId,
      connectionSpec: reference,
      data,
      // The source spec's schema, just met, has these fields in these shapes.
      params: params as unknown as SourceConnectionDocument['params'],
    };
    await refuseMovingUsedTable(draft, document);
    return { ...document };
  },

  async composeDraft(draft) {
    const { spec, reference } = await specOfBase(draft);
    requireDraftSupport(spec);
    const { name, description, baseConnectionId, data = {}, params = {} } = draft.given;
    return {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      state: 'draft',
      baseConnectionId,
      connectionSpec: reference,
      data,
      params,
    };
  },

  show: async (resources, _store, { organization }) =>
    resources.map((resource) => shownWithSchema(resource, organization.tenantId)),
  async written(store, resource, before, caller) {
    if (isDraft(resource)) return;
    const document = documentOf('sourceConnection', resource);
    const columns = sourceColumnsOf(document);
    const former =
      before && !isDraft(before) ? sourceColumnsOf(documentOf('sourceConnection', before)) : undefined;
    if (isDeepStrictEqual(columns, former)) return;
    if (columns === undefined) await removeAdhocSchema(store, caller, resource.id);
    else await writeAdhocSchema(store, caller, resource.id, document.name ?? '', columns);
  },
  editable: ({ body }) => withoutRepetition(body),
  removed: (store, id, caller) => removeAdhocSchema(store, caller, id),
  users: (store, id) => idsUsing(store, 'flow', 'sourceConnectionIds', id),
};

/** What a source connection reads: the parts of its body that its kind of source decides about. */
interface ReadPart {
  readonly data: SourceConnectionDocument['data'];
  readonly params: Readonly<Record<string, unknown>>;
  readonly violations: readonly Violation[];
}

function ofTable(given: GivenSourceConnection, spec: ConnectionSpec): ReadPart {
  const format = given.data?.format ?? 'tabular';
  const params = withTableName(given.params);
  const message = `must be tabular for a ${spec.attributes.connectorName} source`;
  return {
    data: { ...given.data, format },
    params,
    violations: [
      ...(format === 'tabular' ? [] : [{ path: '/data/format', message }]),
      ...schemaViolations(spec.sourceSpec?.spec ?? {}, params, '/params').filter(isNotAboutPath),
    ],
  };
}

/** The path stands for the table, too, which is what runs ask of any source. */
function ofFiles({ data = {}, params }: GivenSourceConnection, spec: ConnectionSpec): ReadPart {
  const ofSchema = schemaViolations(spec.sourceSpec?.spec ?? {}, params, '/params');
  const read = readFileSelection({ data, params });
  const told = new Set(ofSchema.map(({ path }) => path));
  return {
    data,
    params: { ...params, tableName: params.path },
    violations: [...ofSchema, ...(read.ok ? [] : read.violations.filter(({ path }) => !told.has(path)))],
  };
}

/** A path of files is shown once, under the name that it was given by. */
function withoutRepetition(body: Resource['body']): Resource['body'] {
  const { params, ...other } = body;
  if (typeof params !== 'object' || params === null || !('path' in params)) return body;
  const { tableName: _, ...shown } = { tableName: '', ...params };
  return { ...other, params: shown };
}

/** With the ad-hoc schema of the columns, where the connection names them. */
function shownWithSchema(resource: Resource, tenantId: string): Readonly<Record<string, unknown>> {
  const { data, params } = documentOf('sourceConnection', resource);
  const body = withoutRepetition(resource.body);
  if (params.columns === undefined || isDraft(resource)) return body;
  const schema = { id: adhocSchemaIdOf(tenantId, resource.id), version: ADHOC_SCHEMA_FORM };
  return { ...body, data: { ...data, schema } };
}

const ADHOC_SCHEMA_FORM = 'application/vnd.adobe.xed-full-notext+json; version=1';

/** The base connection's spec; one that the body names must be the same. */
async function specOfBase({ store, given }: Draft<Partial<GivenSourceConnection>>) {
  const base = await store.resources('connection').getForUpdate(given.baseConnectionId ?? '');
  if (base === undefined) {
    throw invalidBody([{ path: '/baseConnectionId', message: 'names no base connection of this sandbox' }]);
  }
  const reference = documentOf('connection', base).connectionSpec;
  const wanted = given.connectionSpec;
  if (wanted !== undefined && wanted.id !== reference.id) {
    throw invalidBody([
      {
        path: '/connectionSpec/id',
        message: `must be that of the base connection, ${reference.id}`,
        code: '1413-400',
      },
    ]);
  }
  if (wanted?.version !== undefined && wanted.version !== reference.version) {
    throw invalidBody([
      { path: '/connectionSpec/version', message: `must be ${reference.version}`, code: '1413-400' },
    ]);
  }
  return { base, spec: knownSpec(reference.id), reference };
}

function knownSpec(id: string): ConnectionSpec {
  const spec = connectionSpecById(id);
  if (spec === undefined) throw new Error(`a stored connection has the unknown connection spec ${id}`);
  return spec;
}

/** `path` is what file-based sources and older clients call the table. */
function withTableName(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { path, ...params } = given;
  return path === undefined || params.tableName !== undefined ? given : { ...params, tableName: path };
}

/** `path` was read as `tableName`; a missing table is reported under that name alone. */
function isNotAboutPath({ path }: Violation): boolean {
  return path !== '/params/path';
}

/** What flows read stays as their mappings were checked against; another table takes another source connection. */
async function refuseMovingUsedTable(
  { store, id, stored }: Draft<GivenSourceConnection>,
  document: SourceConnectionDocument,
): Promise<void> {
  if (stored === undefined || isDraft(stored)) return;
  const before = documentOf('sourceConnection', stored);
  if (isDeepStrictEqual(before.params, document.params) && isDeepStrictEqual(before.data, document.data))
    return;
  refuseChangeInUse('source connection', id, 'params and data', await sourceConnections.users(store, id));
}
