import { isDeepStrictEqual } from 'node:util';
import { connectionSpecById } from '@tributary/connectors';
import { documentOf, type TargetConnectionDocument } from '@tributary/runner';
import { type Static, Type } from 'typebox';
import { isDraft, requireDraftSupport } from './drafts.ts';
import { invalidBody } from './refusal.ts';
import type { Draft, ResourceType } from './resource-type.ts';
import { chooseSpec, GivenSpecReference } from './spec-reference.ts';
import { schemaViolations } from './spec-schema.ts';
import { idsUsing, refuseChangeInUse } from './users.ts';

const TargetConnectionBody = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1 })),
  description: Type.Optional(Type.String()),
  connectionSpec: GivenSpecReference,
  data: Type.Optional(
    Type.Object(
      {
        format: Type.Optional(Type.String()),
        schema: Type.Optional(
          Type.Object(
            { id: Type.String(), version: Type.Optional(Type.String()) },
            { additionalProperties: true },
          ),
        ),
      },
      { additionalProperties: true },
    ),
  ),
  params: Type.Record(Type.String(), Type.Unknown(), {
    description: "As the connection spec's targetSpec says: dataSetId",
  }),
});

const DraftTargetConnectionBody = Type.Object({
  ...Type.Partial(TargetConnectionBody).properties,
  connectionSpec: GivenSpecReference,
});

type GivenTargetConnection = Static<typeof TargetConnectionBody>;

/** Target connections: the dataset to land in. */
export const targetConnections: ResourceType<GivenTargetConnection> = {
  kind: 'targetConnection',
  name: 'targetConnections',
  title: 'target connection',
  body: TargetConnectionBody,
  draftBody: DraftTargetConnectionBody,
  filterable: ['name', 'description', 'connectionSpec', 'data', 'params'],
  fixed: { connectionSpec: 'the connection spec of a connection cannot be changed' },
  openInDrafts: [],
  inUseCode: '1447-400',

  async compose(draft) {
    const { given } = draft;
    const { targetSpec, reference } = targetSpecOf(given);
    const violations = schemaViolations(targetSpec.spec, given.params, '/params');
    if (violations.length > 0) throw invalidBody(violations);
    const document: TargetConnectionDocument = {
      ...(given.name !== undefined && { name: given.name }),
      ...(given.description !== undefined && { description: given.description }),
      state: 'enabled',
      connectionSpec: reference,
      data: given.data ?? {},
      // The target spec's schema, just met, has this field in this shape.
      params: given.params as unknown as TargetConnectionDocument['params'],
    };
    await checkDataSet(draft, document);
    await refuseMovingUsedDataSet(draft, document);
    return { ...document };
  },

  async composeDraft({ given }) {
    const { spec, reference } = targetSpecOf(given);
    requireDraftSupport(spec);
    const { name, description, data = {}, params = {} } = given;
    return {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      state: 'draft',
      connectionSpec: reference,
      data,
      params,
    };
  },

  show: async (resources) => resources.map(({ body }) => body),
  users: (store, id) => idsUsing(store, 'flow', 'targetConnectionIds', id),
};

function targetSpecOf({ connectionSpec }: Partial<GivenTargetConnection>) {
  const chosen = chooseSpec('connectionSpec', connectionSpec, connectionSpecById);
  if (!chosen.ok) throw invalidBody([chosen.violation]);
  const { targetSpec } = chosen.spec;
  if (targetSpec !== undefined) return { ...chosen, targetSpec };
  const message = `${chosen.spec.name} is a source; a target is needed, such as the data lake`;
  throw invalidBody([{ path: '/connectionSpec/id', message, code: '1413-400' }]);
}

async function checkDataSet(
  { store }: Draft<GivenTargetConnection>,
  { params, data }: TargetConnectionDocument,
): Promise<void> {
  const dataSet = await store.resources('dataSet').getForUpdate(params.dataSetId);
  if (dataSet === undefined) {
    throw invalidBody([{ path: '/params/dataSetId', message: 'names no dataset of this sandbox' }]);
  }
  const { schemaRef } = documentOf('dataSet', dataSet);
  if (data.schema !== undefined && data.schema.id !== schemaRef.id) {
    throw invalidBody([
      {
        path: '/data/schema/id',
        message: `must be the schema of the dataset, ${schemaRef.id}`,
        code: '1425-400',
      },
    ]);
  }
}

/** What flows write to stays: their rows so far lie there. Another dataset takes another target connection. */
async function refuseMovingUsedDataSet(
  { store, id, stored }: Draft<GivenTargetConnection>,
  document: TargetConnectionDocument,
): Promise<void> {
  if (stored === undefined || isDraft(stored)) return;
  if (isDeepStrictEqual(documentOf('targetConnection', stored).params, document.params)) return;
  refuseChangeInUse('target connection', id, 'params', await targetConnections.users(store, id));
}
