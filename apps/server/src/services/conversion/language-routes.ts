import {
  columnsOfRows,
  listFunctions,
  listOperators,
  planExpression,
  type SourceColumns,
} from '@tributary/data-prep';
import type { ScopedStore } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { parseJson } from '../../http/json-body.ts';
import { invalidBody } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, ExpressionValidation, FunctionList, OperatorList } from './answer-schemas.ts';
import { readCsv } from './csv.ts';
import { inputColumns } from './input-columns.ts';
import { mappingSetAsBody } from './mapping-set-document.ts';
import { existingMappingSet } from './stored-mapping-set.ts';

const nullableText = (description: string) =>
  Type.Optional(Type.Union([Type.String({ description }), Type.Null()]));

/** An expression, plain or in an object of its own: the documentation shows both. */
const ValidateBody = Type.Object({
  expression: Type.Union([Type.String(), Type.Object({ expression: Type.String() })], {
    examples: ['upper(FirstName)'],
  }),
  mappingSetId: nullableText('A mapping set, against whose source columns the expression is checked'),
  sampleData: nullableText('Rows, against whose columns the expression is checked'),
  sampleDataType: nullableText('json (by default; one row or a list of them) or csv (with a header)'),
});
type ValidateBody = Static<typeof ValidateBody>;

/** The expression language: its functions, its operators, and whether an expression is one. */
export function registerLanguage(routes: Routes, dependencies: Dependencies): void {
  routes.get(
    '/languages/el/functions',
    {
      schema: {
        summary: 'Every function, under each of its names',
        response: answers({ 200: FunctionList }),
      },
    },
    async () => listFunctions(),
  );

  routes.get(
    '/languages/el/operators',
    { schema: { summary: 'Every operator', response: answers({ 200: OperatorList }) } },
    async () => listOperators(),
  );

  routes.post(
    '/languages/el/validate',
    {
      schema: {
        summary: 'Check an expression',
        description: 'Tells everything that is wrong with it, each with its position.',
        body: ValidateBody,
        response: answers({ 200: ExpressionValidation }),
      },
    },
    async (request) => {
      const { expression } = request.body;
      const columns = await columnsFor(dependencies, sandboxOf(request).store, request.body);
      const planned = planExpression(
        typeof expression === 'string' ? expression : expression.expression,
        columns,
      );
      if (planned.ok) return { validationStatus: 'succeeded', error: 'none' };
      const summary = planned.errors.map(
        ({ message, position }) => `${message} (line ${position.line}, column ${position.column})`,
      );
      return { validationStatus: 'failed', error: summary.join(' '), errors: planned.errors };
    },
  );
}

async function columnsFor(
  dependencies: Dependencies,
  store: ScopedStore,
  { mappingSetId, sampleData, sampleDataType }: ValidateBody,
): Promise<SourceColumns> {
  if (sampleData) return columnsOfRows(sampleRows(sampleData, sampleDataType ?? 'json'));
  if (!mappingSetId) return 'unknown';
  const mappingSet = await existingMappingSet(store, mappingSetId);
  return inputColumns(dependencies, store, mappingSetAsBody(mappingSet));
}

function sampleRows(text: string, type: string): readonly Readonly<Record<string, unknown>>[] {
  switch (type.toLowerCase()) {
    case 'json':
    case 'application/json':
      return jsonRows(text);
    case 'csv':
    case 'text/csv':
      return csvRows(text);
    default:
      throw invalidBody('/sampleDataType', 'must be json or csv');
  }
}

function jsonRows(text: string): readonly Readonly<Record<string, unknown>>[] {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw invalidBody('/sampleData', 'must be JSON: one row, or a list of rows');
  }
  const rows = [value].flat();
  if (rows.every(isRow)) return rows;
  throw invalidBody('/sampleData', 'must be one row, or a list of rows');
}

function csvRows(text: string): readonly Readonly<Record<string, unknown>>[] {
  const reading = readCsv(text);
  if (!reading.ok) {
    const [{ line, message } = { line: 1, message: 'cannot be read' }] = reading.errors;
    throw invalidBody('/sampleData', `must be CSV with a header; line ${line}: ${message}`);
  }
  const [header, ...rows] = reading.records;
  const row = (fields: readonly string[]) =>
    Object.fromEntries((header?.fields ?? []).map((name, index) => [name, fields[index] ?? '']));
  return rows.length === 0 ? [row([])] : rows.map(({ fields }) => row(fields));
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
