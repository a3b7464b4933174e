import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { parseJson } from '../../http/json-body.ts';
import { Problem, type Violation } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, ShownMappingSet } from './answer-schemas.ts';
import { createMappingSet } from './change-mapping-set.ts';
import { inputColumns } from './input-columns.ts';
import { readMappingCsv } from './mapping-csv.ts';
import { MappingBody, type MappingSetBody, mappingSetBody } from './mapping-set-body.ts';
import { shownMappingSet } from './mapping-set-document.ts';
import { isOn, queryFlag } from './query-flag.ts';

const ImportQuery = Type.Object({
  outputSchemaId: Type.Optional(
    Type.String({ maxLength: 2_000, description: '$id of the output schema, where the body names none' }),
  ),
  name: Type.Optional(Type.String({ maxLength: 255, description: 'Name of the mapping set' })),
  sourceConnectionId: Type.Optional(
    Type.String({ maxLength: 255, description: 'A source connection to check the mappings against' }),
  ),
  validate: queryFlag('true also refuses a set that leaves out a required field or the primary identity'),
});

const Csv = Type.String({
  description:
    'A line for each mapping: source, destination, then optionally sourceType, name and description; a header is optional',
  examples: [
    'source,destination\r\nFirstName,person.name.firstName\r\n"concat(a, b)",person.name.fullName\r\n',
  ],
});
const Json = Type.Union([
  Type.Array(MappingBody, { description: 'Mappings' }),
  Type.Partial(mappingSetBody, { description: 'A mapping set, such as a GET of one answers it' }),
]);

/** Creating a mapping set from a file of mappings: CSV, or JSON as another mapping set is shown. */
export function registerImport(routes: Routes, dependencies: Dependencies): void {
  // In a scope of its own, as CSV is taken nowhere else.
  void routes.register(async (untyped) => {
    const scope = untyped.withTypeProvider<TypeBoxTypeProvider>();
    scope.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    scope.post(
      '/mappingSets/import',
      {
        schema: {
          summary: 'Create a mapping set from a file of mappings',
          consumes: ['text/csv', 'application/json'],
          querystring: ImportQuery,
          body: {
            content: { 'text/csv': { schema: Csv }, 'application/json': { schema: Json } },
          },
          response: answers({ 200: ShownMappingSet }),
        },
      },
      async (request) => {
        const { store, actor } = sandboxOf(request);
        const { query } = request;
        const file = readFile(request.body);
        const body = completed(file.set, query);
        const columns = await inputColumns(dependencies, store, body);
        const options = { columns, demandComplete: isOn(query.validate) };
        try {
          const { resource } = await createMappingSet(store, body, actor, options);
          return shownMappingSet(resource);
        } catch (error) {
          throw error instanceof Problem ? withLines(error, file.lines) : error;
        }
      },
    );
  });
}

interface MappingFile {
  readonly set: Partial<MappingSetBody>;
  /** The line of each mapping; empty for a file without lines. */
  readonly lines: readonly number[];
}

function readFile(body: unknown): MappingFile {
  if (typeof body !== 'string') {
    // The route's schema lets nothing through but a list of mappings and parts of a mapping set.
    const set = Array.isArray(body) ? { mappings: body } : (body as Partial<MappingSetBody>);
    return { set, lines: [] };
  }
  const reading = readMappingCsv(checkedText(body));
  if (reading.ok) return { set: { mappings: [...reading.mappings] }, lines: reading.lines };
  const violations = reading.errors.map(({ line, message }) => ({ path: `line ${line}`, message }));
  throw refused(violations);
}

/** No store can keep a NUL, nor half a surrogate pair: the same check as for JSON. */
function checkedText(text: string): string {
  parseJson(JSON.stringify(text));
  return text;
}

function completed(
  set: Partial<MappingSetBody>,
  { outputSchemaId, name, sourceConnectionId }: Readonly<Record<string, string | undefined>>,
): MappingSetBody {
  const body = {
    ...set,
    ...(outputSchemaId === undefined ? {} : { outputSchema: { schemaRef: { id: outputSchemaId } } }),
    ...(name === undefined ? {} : { name }),
    ...(sourceConnectionId === undefined ? {} : { sourceConnectionId }),
  };
  if (Value.Check(mappingSetBody, body)) return body;
  throw refused([{ path: '/mappings', message: 'is missing; give the list of mappings' }]);
}

/** Tells the line of the file wherever a mapping is named by its position. */
function withLines(problem: Problem, lines: readonly number[]): Problem {
  if (lines.length === 0) return problem;
  return refused(
    problem.violations.map(({ path, message, code }) => {
      const line = lines[Number(/^\/mappings\/(\d+)/.exec(path)?.[1] ?? -1)];
      return {
        path,
        message: line === undefined ? message : `line ${line}: ${message}`,
        ...(code && { code }),
      };
    }),
    problem,
  );
}

function refused(violations: readonly Violation[], cause?: Problem): Problem {
  const detail = violations.map(({ path, message }) => `${path}: ${message}`).join('; ');
  if (cause !== undefined && violations.length === 0) return cause;
  return new Problem(cause?.kind ?? 'invalidBody', `The mappings cannot be imported: ${detail}`, {
    violations,
  });
}
