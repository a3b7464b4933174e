import { columnsOfRows, type SampledColumn, storedSourceType, suggestMappings } from '@tributary/data-prep';
import type { ScopedStore } from '@tributary/store';
import type { ResolvedSchema } from '@tributary/xdm';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, SuggestionAnswer } from './answer-schemas.ts';
import { inputColumns } from './input-columns.ts';
import { InputSchema, outputSchemaFields, outputSchemaOf } from './mapping-set-body.ts';
import { isOn, queryFlag } from './query-flag.ts';
import { resolveOutputSchema, resolveSchema } from './resolve-schema.ts';
import { columnsOfJsonSchema } from './schema-columns.ts';
import { SourceReference, type SourceTable } from './source-table.ts';
import { schemaOfDataSet, suggestionSource } from './suggestion-source.ts';

const MAX_SAMPLE_ROWS = 1_000;

const references = {
  ...SourceReference.properties,
  batchId: Type.Optional(
    Type.String({ maxLength: 255, description: 'A batch, whose columns are the source' }),
  ),
  datasetId: Type.Optional(
    Type.String({
      maxLength: 255,
      description: 'The dataset that rows go to; without another source, its flow tells where they come from',
    }),
  ),
};

const SuggestionQuery = Type.Object({
  ...references,
  schemaId: Type.Optional(
    Type.String({ maxLength: 2_000, description: '$id of the output schema, instead of datasetId' }),
  ),
  excludeUnmapped: queryFlag('false also lists the source columns without a suggestion; true by default'),
});

/** A column as a client describes it: as explore answers it, or by name alone. */
const Column = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 1_000 }),
  type: Type.Optional(Type.String({ description: 'string, integer, number, boolean, date, date-time …' })),
  samples: Type.Optional(
    Type.Array(Type.Unknown(), { maxItems: MAX_SAMPLE_ROWS, description: 'Some of its values' }),
  ),
});

const SuggestionBody = Type.Object(
  {
    ...references,
    ...outputSchemaFields,
    inputSchema: Type.Optional(InputSchema),
    columns: Type.Optional(
      Type.Array(Column, { maxItems: 5_000, description: 'The source columns themselves' }),
    ),
    data: Type.Optional(
      Type.Array(Type.Record(Type.String(), Type.Unknown()), {
        maxItems: MAX_SAMPLE_ROWS,
        description: 'Sample rows; they are the source where nothing else is given',
      }),
    ),
    excludeUnmapped: Type.Optional(Type.Boolean({ default: true })),
  },
  { description: 'What to map, and onto which schema' },
);
type SuggestionBody = Static<typeof SuggestionBody>;

/** Suggesting a mapping set, to be reviewed by somebody and then created. Nothing is stored. */
export function registerSuggestions(routes: Routes, dependencies: Dependencies): void {
  routes.get(
    '/mappingSets/suggestion',
    {
      schema: {
        summary: 'Suggest a mapping set for a source and a dataset',
        querystring: SuggestionQuery,
        response: answers({ 200: SuggestionAnswer }),
      },
    },
    async (request) => {
      const { schemaId, excludeUnmapped, ...reference } = request.query;
      const { store } = sandboxOf(request);
      const schema = await resolveSchema(
        store,
        schemaId ?? (await schemaOfQuery(store, reference.datasetId)),
        'schemaId',
      );
      const table = await suggestionSource(dependencies, store, reference, '');
      if (table === undefined) {
        const message =
          'or batchId, or connectionId and tableName, is required, since no flow lands in the dataset';
        throw new Problem('invalidParameter', `The parameter sourceConnectionId, ${message}.`, {
          violations: [{ path: 'sourceConnectionId', message }],
        });
      }
      return shownSuggestion(schema, sampledColumns(table), isOn(excludeUnmapped, true));
    },
  );

  routes.post(
    '/mappingSets/suggestion',
    {
      schema: {
        summary: 'Suggest a mapping set for source columns, given or read from a live source',
        body: SuggestionBody,
        response: answers({ 200: SuggestionAnswer }),
      },
    },
    async (request) => {
      const { store } = sandboxOf(request);
      const { body } = request;
      const schema = await schemaOfBody(store, body);
      const columns = await columnsOfBody(dependencies, store, body);
      return shownSuggestion(schema, columns, body.excludeUnmapped ?? true);
    },
  );
}

async function schemaOfQuery(store: ScopedStore, datasetId: string | undefined): Promise<string> {
  if (datasetId !== undefined) return schemaOfDataSet(store, datasetId, '');
  const message = 'or schemaId is required, to know what to map to';
  throw new Problem('invalidParameter', `The parameter datasetId ${message}.`, {
    violations: [{ path: 'datasetId', message }],
  });
}

async function schemaOfBody(store: ScopedStore, body: SuggestionBody): Promise<ResolvedSchema> {
  if (outputSchemaOf(body) === undefined && body.datasetId !== undefined) {
    return resolveSchema(store, await schemaOfDataSet(store, body.datasetId, '/'), '/datasetId');
  }
  return (await resolveOutputSchema(store, body)).schema;
}

async function columnsOfBody(
  dependencies: Dependencies,
  store: ScopedStore,
  body: SuggestionBody,
): Promise<readonly SampledColumn[]> {
  const { columns, data = [], inputSchema } = body;
  if (columns !== undefined) return columns.map(givenColumn);
  const described = inputSchema && (await inputColumns(dependencies, store, { inputSchema }));
  if (described !== undefined && described !== 'unknown') {
    return sampledColumns({ columns: described, rows: data });
  }
  const table = await suggestionSource(dependencies, store, referenceOf(body), '/');
  if (table !== undefined) return sampledColumns(table);
  if (data.length > 0) return sampledColumns({ columns: columnsOfRows(data), rows: data });
  const message =
    'is required, or data, inputSchema, sourceConnectionId, or connectionId and tableName; give one';
  throw new Problem('invalidBody', `/columns ${message}.`, { violations: [{ path: '/columns', message }] });
}

function referenceOf({ sourceConnectionId, connectionId, tableName, batchId, datasetId }: SuggestionBody) {
  return {
    ...(sourceConnectionId === undefined ? {} : { sourceConnectionId }),
    ...(connectionId === undefined ? {} : { connectionId }),
    ...(tableName === undefined ? {} : { tableName }),
    ...(batchId === undefined ? {} : { batchId }),
    ...(datasetId === undefined ? {} : { datasetId }),
  };
}

/** A type is read as JSON Schema has it, so that `date-time` may stand as a type of its own as well. */
function givenColumn({ name, type, samples }: Static<typeof Column>): SampledColumn {
  const isDate = type === 'date' || type === 'date-time';
  const schema = isDate ? { type: 'string', format: type } : { type: type ?? 'string' };
  const [column] = columnsOfJsonSchema({ properties: { [name]: schema } }) ?? [];
  return { name, type: column?.type ?? 'string', ...(samples === undefined ? {} : { samples }) };
}

function sampledColumns({ columns, rows }: SourceTable): readonly SampledColumn[] {
  return columns.map((column) => ({ ...column, samples: rows.map((row) => row[column.name]) }));
}

/** In the shape of a mapping set that is not stored yet. */
function shownSuggestion(
  schema: ResolvedSchema,
  columns: readonly SampledColumn[],
  excludeUnmapped: boolean,
) {
  const suggestions = suggestMappings({ columns, target: schema.root });
  const mapped = suggestions.map(({ source, destination, sourceType, matchScore }) => ({
    sourceType: storedSourceType[sourceType],
    source,
    destination,
    identity: false,
    primaryIdentity: false,
    matchScore,
    sourceAttribute: source,
    destinationXdmPath: destination,
  }));
  const sources = new Set(suggestions.map(({ source }) => source));
  const unmapped = columns
    .filter(
      ({ name }) => !sources.has(name) && !suggestions.some(({ source }) => source.startsWith(`${name}.`)),
    )
    .map(({ name }) => ({
      sourceType: storedSourceType.ATTRIBUTE,
      source: name,
      destination: null,
      identity: false,
      primaryIdentity: false,
      matchScore: 0,
      sourceAttribute: name,
      destinationXdmPath: null,
    }));
  const reference = { id: schema.id, contentType: '1.0' };
  return {
    id: null,
    version: 0,
    status: 'DRAFT',
    outputSchema: { schemaRef: reference },
    schemaRef: reference,
    xdmSchema: schema.id,
    xdmVersion: '1.0',
    mappings: excludeUnmapped ? mapped : [...mapped, ...unmapped],
  };
}
