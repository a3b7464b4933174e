/** A JSON Schema as far as these tests read it. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly minimum?: number;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema?: JsonSchema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: JsonSchema }>> };
  readonly security?: readonly Readonly<Record<string, unknown>>[];
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** One route of a server's own OpenAPI document. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** Whether it is about one sandbox, rather than about the organisation. */
  readonly isSandboxed: boolean;
}

export function routesOf({ paths }: OpenApiDocument): readonly Route[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
      isSandboxed: operation.security?.some((requirement) => 'sandbox' in requirement) ?? false,
    })),
  );
}

/** The names of a route's path parameters that could hold an id. */
export function idParametersOf({ operation }: Route): readonly string[] {
  return parametersOf(operation, 'path')
    .filter(({ schema }) => schema?.enum === undefined)
    .map(({ name }) => name);
}

function parametersOf({ parameters = [] }: Operation, place: Parameter['in']): readonly Parameter[] {
  return parameters.filter((parameter) => parameter.in === place);
}

type NextId = (name: string) => string;

/** A request as it is sent. */
export interface MadeRequest {
  readonly path: string;
  readonly text?: string;
  readonly contentType?: string;
}

/**
 * A request for a route, as its schemas describe it, with an id wherever a text is asked for.
 * @param nextId the ids to use, one after the other, told what each is for
 * @param share how many of the query parameters are sent, from 0 to 1
 */
export function requestFor(route: Route, nextId: NextId, share: number): MadeRequest {
  const { operation } = route;
  const path = parametersOf(operation, 'path').reduce(
    (at, { name, schema }) =>
      at.replace(`{${name}}`, encodeURIComponent(String(valueFor(name, schema ?? {}, nextId)))),
    route.path,
  );
  const query = parametersOf(operation, 'query');
  const sent = query.slice(0, Math.round(query.length * share));
  const parameters = new URLSearchParams(
    sent.map(({ name, schema }): [string, string] => [name, queryText(name, schema ?? {}, nextId)]),
  );
  return { path: sent.length === 0 ? path : `${path}?${parameters}`, ...bodyFor(operation, nextId) };
}

function queryText(name: string, schema: JsonSchema, nextId: NextId): string {
  if (name === 'property') return `id==${nextId(name)}`;
  const value = valueFor(name, schema, nextId);
  return Array.isArray(value) ? String(value[0]) : String(value);
}

function bodyFor({ requestBody }: Operation, nextId: NextId): Pick<MadeRequest, 'text' | 'contentType'> {
  if (requestBody === undefined) return {};
  const [contentType = 'application/json', content] =
    Object.entries(requestBody.content).find(([type]) => type === 'application/json') ??
    Object.entries(requestBody.content)[0] ??
    [];
  if (!contentType.includes('json')) return { contentType, text: nextId('body') };
  return { contentType, text: JSON.stringify(valueFor('body', content?.schema ?? {}, nextId)) };
}

const DEEPEST = 6;

function valueFor(name: string, schema: JsonSchema, nextId: NextId, depth = 0): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const alternative = schema.anyOf?.[0] ?? schema.oneOf?.[0] ?? schema.allOf?.[0];
  if (alternative !== undefined) return valueFor(name, alternative, nextId, depth);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(depth > DEEPEST ? {} : (schema.properties ?? {})).map(([key, property]) => [
          key,
          valueFor(key, property, nextId, depth + 1),
        ]),
      );
    case 'array':
      return depth > DEEPEST ? [] : [valueFor(name, schema.items ?? {}, nextId, depth + 1)];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return nextId(name);
  }
}

/** What in a text could be the id or the etag of something; of ids that are URIs the part that is made up. */
const idPatterns = [
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g,
  /\b(?:[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{48})\b/g,
  /\b[0-9A-HJKMNP-TV-Z]{26}\b/g,
];

export function idsIn(text: string): ReadonlySet<string> {
  return new Set(idPatterns.flatMap((pattern) => text.match(pattern) ?? []));
}
