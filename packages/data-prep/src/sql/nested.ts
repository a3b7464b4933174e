import { quoteLiteral } from './quote.ts';

/** A field or an entry and the SQL of its value. */
export interface NamedSql {
  readonly name: string;
  readonly value: string;
}

/** SQL that makes a STRUCT; there must be a field, and names must differ in more than case. */
export function structOf(fields: readonly NamedSql[]): string {
  return `{${fields.map(({ name, value }) => `${quoteLiteral(name)}: ${value}`).join(', ')}}`;
}

/** SQL that reads a field of a STRUCT. */
export function fieldOf(struct: string, name: string): string {
  return `struct_extract(${struct}, ${quoteLiteral(name)})`;
}

/** SQL that reads the value of a key of a MAP; NULL where the key is absent. */
export function entryOf(map: string, key: string): string {
  return `(${map})[${key}]`;
}

/** SQL that reads a JSON object as a STRUCT of JSON values, where an absent or null member is NULL. */
export function structOfJson(json: string, names: readonly string[]): string {
  const structure = JSON.stringify(Object.fromEntries(names.map((name) => [name, 'JSON'])));
  return `CASE WHEN json_type(${json}) = 'OBJECT' THEN from_json(${json}, ${quoteLiteral(structure)}) END`;
}

/** SQL that reads a JSON object as a MAP of JSON values; NULL for other JSON. */
export function mapOfJson(json: string): string {
  return `from_json(${json}, '"MAP(VARCHAR, JSON)"')`;
}

/** SQL that reads a JSON array as a list of JSON values, and any other value as a list of it alone. */
export function listOfJson(json: string): string {
  return `coalesce(TRY_CAST(${json} AS JSON[]), CASE WHEN ${json} IS NOT NULL THEN [${json}] END)`;
}
