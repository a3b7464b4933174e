import { columnsOfRows, type MappingInput, planMappings, storedSourceType } from '@tributary/data-prep';
import type { PreviewedRow } from '@tributary/engine';
import { schemaIdentities, targetFields } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { assignFieldIds } from '@tributary/xdm';
import { type Static, Type } from 'typebox';
import { invalidBody, Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, PreviewAnswer } from './answer-schemas.ts';
import { type CheckedMappingSet, checkMappingSet } from './check-mapping-set.ts';
import { type MappingSetBody, mappingSetBody } from './mapping-set-body.ts';
import { mappingSetAsBody } from './mapping-set-document.ts';
import { refuseErrors } from './refusal.ts';
import { readSourceTable, SourceReference, type SourceTable } from './source-table.ts';
import { mappingSetOf } from './stored-mapping-set.ts';

/** More rows than anybody looks at; they travel in one body. */
const MAX_GIVEN_ROWS = 1_000;
/** Rows that are read from a live source. */
const MAX_SOURCE_ROWS = 100;
const DEFAULT_SOURCE_ROWS = 10;

const Row = Type.Record(Type.String(), Type.Unknown());

const PreviewBody = Type.Object(
  {
    data: Type.Optional(
      Type.Union([Type.Array(Row, { maxItems: MAX_GIVEN_ROWS }), Row], {
        description: 'Rows, or one row as it is; without them rows are read from a source',
      }),
    ),
    ...SourceReference.properties,
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_SOURCE_ROWS,
        description: `Rows to read from the source; ${DEFAULT_SOURCE_ROWS} where it is not given`,
      }),
    ),
    mappingSet: Type.Optional(mappingSetBody),
    mappingSetId: Type.Optional(
      Type.String({ maxLength: 255, description: 'A stored mapping set, instead of mappingSet' }),
    ),
    mappingSetVersion: Type.Optional(Type.Integer({ minimum: 0, description: 'The newest by default' })),
  },
  { description: 'What to map, and how: the rows themselves or where they are read, and a mapping set' },
);
type PreviewBody = Static<typeof PreviewBody>;

/** What a mapping set makes of rows, by the very SQL that a run uses. */
export function registerPreview(routes: Routes, dependencies: Dependencies): void {
  routes.post(
    '/mappingSets/preview',
    {
      schema: {
        summary: 'What a mapping set makes of rows, given or read from a live source',
        body: PreviewBody,
        response: answers({ 200: PreviewAnswer }),
      },
    },
    async (request) => {
      const { store } = sandboxOf(request);
      const mappingSet = await mappingSetFor(store, request.body);
      const checked = await checkMappingSet(store, mappingSet, 'unknown');
      refuseErrors(checked.errors);
      const table = await rowsFor(dependencies, store, request.body, mappingSet);
      return previewed(dependencies, store, checked, table);
    },
  );
}

async function mappingSetFor(store: ScopedStore, body: PreviewBody): Promise<MappingSetBody> {
  const { mappingSet, mappingSetId, mappingSetVersion } = body;
  if (mappingSet !== undefined && mappingSetId === undefined) return mappingSet;
  if (mappingSetId === undefined || mappingSet !== undefined) {
    throw invalidBody(
      '/mappingSet',
      'is required, or mappingSetId for a mapping set that is stored; give one',
    );
  }
  return mappingSetAsBody(await mappingSetOf(store, mappingSetId, mappingSetVersion));
}

async function rowsFor(
  dependencies: Dependencies,
  store: ScopedStore,
  { data, limit = DEFAULT_SOURCE_ROWS, ...reference }: PreviewBody,
  mappingSet: MappingSetBody,
): Promise<SourceTable> {
  if (data !== undefined) {
    const rows = [data].flat();
    return { rows, columns: columnsOfRows(rows) };
  }
  const table = await readSourceTable(dependencies, store, reference, { limit, where: '/' });
  if (table !== undefined) return table;
  const { sourceConnectionId } = mappingSet;
  if (sourceConnectionId) {
    const own = await readSourceTable(
      dependencies,
      store,
      { sourceConnectionId },
      { limit, where: '/mappingSet' },
    );
    if (own !== undefined) return own;
  }
  throw invalidBody('/data', 'is required, or sourceConnectionId, or connectionId and tableName; give one');
}

async function previewed(
  { engine }: Dependencies,
  store: ScopedStore,
  { mappings, schema }: CheckedMappingSet,
  { rows, columns }: SourceTable,
) {
  if (rows.length === 0) return [];
  const planned = planMappings({ mappings, columns, target: schema.root });
  if (!planned.ok) {
    refuseErrors(planned.errors);
    throw new Problem('invalidBody', 'The mapping set does not fit the rows.');
  }
  if (planned.plan.targets.length === 0) return rows.map(() => ({ data: {}, errors: null }));
  const answer = await engine.preview({
    rows,
    columns,
    plan: planned.plan,
    target: schema.root,
    fields: targetFields(assignFieldIds(schema.root).schema),
    identities: await schemaIdentities(store, schema.id),
    now: new Date(),
  });
  const byDestination = new Map(mappings.map((mapping) => [mapping.destination, mapping]));
  return answer.map((row) => shownRow(row, byDestination));
}

/** A column that no mapping fills by itself, such as one that is missing, has no source. */
function shownRow({ data, errors }: PreviewedRow, byDestination: ReadonlyMap<string, MappingInput>) {
  const shown = errors.map(({ code, column, message }) => {
    const mapping = byDestination.get(column);
    return {
      destination: column,
      source: mapping?.source ?? null,
      sourceType: mapping === undefined ? null : storedSourceType[mapping.sourceType],
      columnName: column,
      exception: message,
      code,
    };
  });
  return { data, errors: shown.length === 0 ? null : shown };
}
