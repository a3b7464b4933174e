import { type RawBuilder, sql } from 'kysely';
import { indexedProperty, registryKinds, sortableText } from './indexed-properties.ts';
import type { ResourceKind } from './resources.ts';

/*
 * Filters and orders in SQL. Any path into a body may be filtered and ordered by; which of them an index serves stands in
 * `indexed-properties.ts`. Besides those, `createdAt` and `updatedAt` order by index. A filter with another operator than
 * `==` looks at each resource of its kind, so a list that is to be quick also has an order or a filter that an index
 * serves: batches by `createdAt`, `['dataSetId'] ==` or `['shown', 'relatedObjects', 'id'] ==`, datasets by
 * `['schemaRef', 'id'] ==` or `name ==`.
 */

/** One condition of a `property=` filter, on a path into the resource as the API shows it. */
export interface ResourceFilter {
  readonly path: readonly string[];
  /** `exists` looks at no value. */
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | '~' | 'exists';
  readonly value: string;
}

/** `createdAt`, `updatedAt` or a path into the body; ties are broken by id. */
export interface ResourceOrder {
  readonly path: readonly string[];
  readonly descending: boolean;
  /** Orders numbers by their size; what is no number stands below all. Otherwise by code points. */
  readonly isNumeric?: boolean;
}

/** SQL for the text of a resource's property: the envelope's own columns, else a path into the body. */
export function propertyText(kind: ResourceKind, path: readonly string[]): RawBuilder<string | null> {
  const property = indexedProperty(kind, path);
  if (property !== undefined && property.holds !== 'members') {
    const text = sql.raw<string | null>(property.sql);
    return property.holds === 'text' ? sql<string | null>`(${text})` : sql<string | null>`(${text})::text`;
  }
  return envelopeText(kind, path) ?? sql<string | null>`(body #>> ${textArray(path)})`;
}

function envelopeText(kind: ResourceKind, [name = '', ...rest]: readonly string[]) {
  return rest.length === 0 ? envelopeOf(kind).get(name) : undefined;
}

const timeTexts: ReadonlyMap<string, RawBuilder<string | null>> = new Map([
  ['createdAt', sql`(extract(epoch from created_at) * 1000)::bigint::text`],
  ['updatedAt', sql`(extract(epoch from updated_at) * 1000)::bigint::text`],
]);

const envelopeColumns: ReadonlyMap<string, RawBuilder<string | null>> = new Map([
  ['id', sql`id`],
  ['etag', sql`etag`],
  ['version', sql`version::text`],
  ['createdBy', sql`created_by`],
  ['updatedBy', sql`updated_by`],
  ['createdClient', sql`created_client`],
  ['updatedClient', sql`updated_client`],
  ...timeTexts,
]);

/** A registry resource's body has an envelope of its own, with a version of its own. */
const registryEnvelope: ReadonlyMap<string, RawBuilder<string | null>> = new Map([
  ['$id', sql`id`],
  ...timeTexts,
]);

function envelopeOf(kind: ResourceKind): ReadonlyMap<string, RawBuilder<string | null>> {
  return registryKinds.includes(kind) ? registryEnvelope : envelopeColumns;
}

/** How a list is ordered, in SQL. Times are ordered as they are rather than as their text, so that an index serves them. */
export interface Ordering {
  readonly key: RawBuilder<unknown>;
  /** The key as text, as a cursor carries it. */
  readonly text: RawBuilder<string>;
  /** The key that a cursor carries. */
  keyOf(text: string): RawBuilder<unknown>;
}

export function ordering(
  kind: ResourceKind,
  { path, isNumeric = false }: Omit<ResourceOrder, 'descending'>,
): Ordering {
  const [name = '', ...rest] = path;
  const time = rest.length === 0 ? timeColumns.get(name) : undefined;
  if (time !== undefined) {
    const text = sql<string>`${timeTexts.get(name)}`;
    return { key: time, text, keyOf: (value) => sql`${timeOf(value)}::timestamptz` };
  }
  // The id alone is unique: ordered by its own column, an index serves it.
  if (name === '$id' && registryKinds.includes(kind)) {
    return { key: sql`id`, text: sql<string>`id`, keyOf: (value) => sql`${value}` };
  }
  if (isNumeric) {
    const number = numberOf(propertyText(kind, path));
    return {
      key: number,
      text: sql<string>`${number}::text`,
      keyOf: (value) => numberOf(sql`${value}::text`),
    };
  }
  const key = sortableText(propertyText(kind, path));
  return { key, text: key, keyOf: (value) => sql`${value}` };
}

function numberOf(text: RawBuilder<string | null>): RawBuilder<unknown> {
  return sql`(case when ${text} ~ ${sql.lit(NUMERIC)} then (${text})::numeric else '-infinity'::numeric end)`;
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
export function condition(
  kind: ResourceKind,
  { path, operator, value }: ResourceFilter,
): RawBuilder<boolean> {
  const text = propertyText(kind, path);
  switch (operator) {
    case '==':
      return equality(kind, path, value);
    case '!=':
      return sql`(not coalesce(${equality(kind, path, value)}, false))`;
    case 'exists':
      return sql`(${text} is not null)`;
    case '~':
      return sql`(strpos(lower(${text}), lower(${value})) > 0)`;
    default:
      return isNumber(value)
        ? sql`(case when ${text} ~ ${NUMERIC} then (${text})::numeric ${sql.raw(operator)} ${value}::numeric else false end)`
        : sql`(${text} collate "C" ${sql.raw(operator)} ${value})`;
  }
}

function equality(kind: ResourceKind, path: readonly string[], value: string): RawBuilder<boolean> {
  const property = indexedProperty(kind, path);
  const text = propertyText(kind, path);
  switch (property?.holds) {
    case 'text':
      return sql`(${sortableText(text)} = ${value} and ${text} is not null)`;
    case 'texts':
      return sql`(${sql.raw(property.sql)} @> ${JSON.stringify([value])}::jsonb)`;
    case 'members': {
      const member = { [path.at(-1) ?? '']: value };
      return sql`(${sql.raw(property.sql)} @> ${JSON.stringify([member])}::jsonb)`;
    }
    case undefined:
      return envelopeText(kind, path) === undefined
        ? sql`(${text} = ${value} or (body #> ${textArray(path)})::jsonb @> ${JSON.stringify([value])}::jsonb)`
        : sql`(${text} = ${value})`;
  }
}

const NUMERIC = '^-?[0-9]+([.][0-9]+)?$';

function isNumber(value: string): boolean {
  return new RegExp(NUMERIC).test(value);
}

function textArray(path: readonly string[]): RawBuilder<string[]> {
  return sql`array[${sql.join(path.map((segment) => sql`${segment}::text`))}]::text[]`;
}
