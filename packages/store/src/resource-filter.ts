import { type RawBuilder, sql } from 'kysely';

/** One condition of a `property=` filter, on a path into the resource as the API shows it. */
export interface ResourceFilter {
  readonly path: readonly string[];
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | '~';
  readonly value: string;
}

/** `createdAt`, `updatedAt` or a path into the body; ties are broken by id. */
export interface ResourceOrder {
  readonly path: readonly string[];
  readonly descending: boolean;
}

/** SQL for the text of a resource's property: the envelope's own columns, else a path into the body. */
function propertyText(path: readonly string[]): RawBuilder<string | null> {
  const [name = '', ...rest] = path;
  const envelope = rest.length === 0 ? envelopeColumns.get(name) : undefined;
  return envelope ?? sql<string | null>`body #>> ${textArray(path)}`;
}

const envelopeColumns: ReadonlyMap<string, RawBuilder<string | null>> = new Map([
  ['id', sql`id`],
  ['etag', sql`etag`],
  ['version', sql`version::text`],
  ['createdBy', sql`created_by`],
  ['updatedBy', sql`updated_by`],
  ['createdClient', sql`created_client`],
  ['updatedClient', sql`updated_client`],
  ['createdAt', sql`(extract(epoch from created_at) * 1000)::bigint::text`],
  ['updatedAt', sql`(extract(epoch from updated_at) * 1000)::bigint::text`],
]);

/** How a list is ordered, in SQL. Times are ordered as they are rather than as their text, so that an index serves them. */
export interface Ordering {
  readonly key: RawBuilder<unknown>;
  /** The key as text, as a cursor carries it. */
  readonly text: RawBuilder<string>;
  /** The key that a cursor carries. */
  keyOf(text: string): RawBuilder<unknown>;
}

export function ordering(path: readonly string[]): Ordering {
  const text = sql<string>`coalesce(${propertyText(path)}, '')`;
  const [name = '', ...rest] = path;
  const time = rest.length === 0 ? timeColumns.get(name) : undefined;
  if (time === undefined) return { key: text, text, keyOf: (value) => sql`${value}` };
  return { key: time, text, keyOf: (value) => sql`${timeOf(value)}::timestamptz` };
}

const timeColumns: ReadonlyMap<string, RawBuilder<Date>> = new Map([
  ['createdAt', sql<Date>`created_at`],
  ['updatedAt', sql<Date>`updated_at`],
]);

/** The year 10000: later ones are not written in ISO 8601 as it is read everywhere. */
const END_OF_TIME = Date.UTC(10_000, 0);

/** A cursor comes back from a client, who may have written it: what is no time is the earliest one. */
function timeOf(epochMilliseconds: string): Date {
  const time = Number(epochMilliseconds);
  return new Date(time > 0 && time < END_OF_TIME ? time : 0);
}

/** SQL that is true for resources that meet the condition. An array meets `==` when one element does. */
export function condition({ path, operator, value }: ResourceFilter): RawBuilder<boolean> {
  const text = propertyText(path);
  switch (operator) {
    case '==':
      return sql`(${text} = ${value} or (body #> ${textArray(path)})::jsonb @> ${JSON.stringify([value])}::jsonb)`;
    case '!=':
      return sql`(${text} is distinct from ${value})`;
    case '~':
      return sql`(strpos(lower(${text}), lower(${value})) > 0)`;
    default:
      return isNumeric(value)
        ? sql`(case when ${text} ~ ${NUMERIC} then (${text})::numeric ${sql.raw(operator)} ${value}::numeric else false end)`
        : sql`(${text} ${sql.raw(operator)} ${value})`;
  }
}

const NUMERIC = '^-?[0-9]+([.][0-9]+)?$';

function isNumeric(value: string): boolean {
  return new RegExp(NUMERIC).test(value);
}

function textArray(path: readonly string[]): RawBuilder<string[]> {
  return sql`array[${sql.join(path.map((segment) => sql`${segment}::text`))}]::text[]`;
}
