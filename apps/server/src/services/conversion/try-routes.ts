import type { MappingError } from '@tributary/data-prep';
import { planMappings } from '@tributary/data-prep';
import type { PreviewedRow } from '@tributary/engine';
import { targetFields } from '@tributary/runner';
import { assignFieldIds, type ColumnType, type SourceColumn } from '@tributary/xdm';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { checkMappingSet, refuseErrors } from './check-mapping-set.ts';
import { mappingSetBody } from './mapping-set-body.ts';

/** More rows than anybody looks at; they travel in one body. */
const MAX_PREVIEW_ROWS = 1_000;

const Row = Type.Record(Type.String(), Type.Unknown());

const previewBody = Type.Object({
  data: Type.Union([Type.Array(Row, { maxItems: MAX_PREVIEW_ROWS }), Row], {
    description: 'Rows, or one row as it is',
  }),
  mappingSet: mappingSetBody,
});

/** Trying a mapping set without keeping it: what is wrong with it, and what it makes of rows. */
export function registerTrials(routes: Routes, { engine }: Dependencies): void {
  routes.post(
    '/mappingSets/validate',
    { schema: { summary: 'Check a mapping set', body: mappingSetBody } },
    async (request) => {
      const { mappings, errors } = await checkMappingSet(sandboxOf(request).store, request.body);
      return {
        validationResponse: mappings.map((_mapping, index) => {
          const own = errors.filter(({ mapping }) => mapping === index);
          return {
            status: own.length === 0 ? 'SUCCESS' : 'FAILED',
            errors: own.length === 0 ? null : own.map(shownError),
          };
        }),
      };
    },
  );

  routes.post(
    '/mappingSets/preview',
    { schema: { summary: 'What a mapping set makes of rows', body: previewBody } },
    async (request) => {
      const { mappingSet } = request.body;
      const data = [request.body.data].flat();
      const checked = await checkMappingSet(sandboxOf(request).store, mappingSet);
      refuseErrors(checked.errors);
      if (data.length === 0) return [];
      const columns = columnsOf(data);
      const planned = planMappings({ mappings: checked.mappings, columns, target: checked.schema.root });
      if (!planned.ok) {
        refuseErrors(planned.errors);
        throw new Problem('invalidBody', 'The mapping set does not fit the rows.');
      }
      if (planned.plan.targets.length === 0) return data.map(() => ({ data: {}, errors: null }));
      const fields = targetFields(assignFieldIds(checked.schema.root).schema);
      const rows = await engine.preview({
        rows: data,
        columns,
        plan: planned.plan,
        target: checked.schema.root,
        fields,
        now: new Date(),
      });
      return rows.map(shownRow);
    },
  );
}

function shownError({ source, destination, message, position, code }: MappingError) {
  return {
    source,
    destination,
    sourceType: null,
    columnName: null,
    exception: message,
    code,
    position: position ?? null,
  };
}

function shownRow({ data, errors }: PreviewedRow) {
  return {
    data,
    errors:
      errors.length === 0
        ? null
        : errors.map(({ code, column, message }) => ({
            destination: column,
            columnName: column,
            exception: message,
            code,
          })),
  };
}

/** The columns that sample rows have; a column's type is the one that holds all of its values. */
function columnsOf(rows: readonly Readonly<Record<string, unknown>>[]): readonly SourceColumn[] {
  const types = new Map<string, ColumnType>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (value === null || value === undefined) continue;
      const type = typeOf(value);
      const known = types.get(name);
      types.set(name, known === undefined || known === type ? type : wider(known, type));
    }
  }
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names].map((name) => ({ name, type: types.get(name) ?? 'string' }));
}

function typeOf(value: unknown): ColumnType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'long' : 'number';
  return 'string';
}

function wider(one: ColumnType, other: ColumnType): ColumnType {
  const numbers: ReadonlySet<ColumnType> = new Set(['long', 'number']);
  return numbers.has(one) && numbers.has(other) ? 'number' : 'string';
}
