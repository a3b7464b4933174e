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
export function propertyText(path: readonly string[]): RawBuilder<string | null> {
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
