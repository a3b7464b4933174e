import { bindOnce, offsetShape, quoteIdentifier, quoteLiteral, sqlTypeOf } from '@tributary/data-prep';
import type { ColumnType, SourceColumn, SourceType } from '@tributary/xdm';

/** How the texts of one source type are read. */
interface Reading {
  /** Regular expression for the texts that are such values: DuckDB's casts would also take `0x1F`, `epoch` or `inf`. */
  readonly shape: string;
  /** Regular expression for what is taken off the text before the cast. */
  readonly strip?: string;
  /** Whether texts of this shape may be too large for the type, which the cast makes infinite. */
  readonly mayOverflow?: true;
}

const WHOLE_NUMBER = { shape: '[+-]?[0-9]+(\\.0*)?' };
const DECIMAL_NUMBER = { shape: '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?' };
const TIME_OF_DAY = '[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?';
const DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}';

/** `string` is text already. */
const READINGS: Readonly<Record<Exclude<ColumnType, 'string'>, Reading>> = {
  boolean: { shape: '(?i)true|false|1|0' },
  integer: WHOLE_NUMBER,
  long: WHOLE_NUMBER,
  number: { ...DECIMAL_NUMBER, mayOverflow: true },
  decimal: DECIMAL_NUMBER,
  date: { shape: DAY },
  'date-time': { shape: `${DAY}[T ]${TIME_OF_DAY}${offsetShape}?` },
  time: { shape: `${TIME_OF_DAY}Z?`, strip: 'Z$' },
};

/** A source type whose values come as JSON text. */
export type NestedType = Exclude<SourceType, ColumnType>;

export function isNested(type: SourceType): type is NestedType {
  return type === 'json' || typeof type === 'object';
}

/** Whether values of the type are held as JSON: some objects fit no STRUCT. */
export function isHeldAsJson(type: SourceType): boolean {
  return sqlTypeOf(type) === sqlTypeOf('json');
}

/** Whether a column's values are lists whose texts hold the items side by side. */
function isSeparated({ type, separator }: SourceColumn): boolean {
  return separator !== undefined && typeof type === 'object' && type.kind === 'array';
}

/** Whether a column's values come as JSON text. */
export function isStagedAsJson(column: SourceColumn): boolean {
  return isNested(column.type) && !isSeparated(column);
}

/** {@link parseSourceText} for the texts of a column, which may hold several values. */
export function parseSourceColumn(column: SourceColumn, text: string): string {
  return column.separator !== undefined && isSeparated(column)
    ? `string_split(nullif(${text}, ''), ${quoteLiteral(column.separator)})`
    : parseSourceText(column.type, text);
}

/**
 * SQL for the value that a source text stands for: null for null, and null for a text that is no such value.
 * Its SQL type is the one that mapping expressions expect. Never raises. Date-times without an offset are UTC.
 * Within a nested value single parts may be null for the same reason: see `sourceFaults`.
 */
export function parseSourceText(type: SourceType, text: string): string {
  if (type === 'string') return text;
  return isNested(type) ? parseNested(type, text) : parseScalar(type, text);
}

function parseScalar(type: Exclude<ColumnType, 'string'>, text: string): string {
  const { shape, strip, mayOverflow } = READINGS[type];
  const bare = strip === undefined ? text : `regexp_replace(${text}, ${quoteLiteral(strip)}, '')`;
  const cast = `TRY_CAST(${bare} AS ${sqlTypeOf(type)})`;
  const value = mayOverflow ? `nullif(nullif(${cast}, 'Infinity'), '-Infinity')` : cast;
  return `CASE WHEN regexp_full_match(${text}, ${quoteLiteral(shape)}) THEN ${value} END`;
}

/** JSON is taken apart once, all scalars as text; the texts are then read as those of flat columns are. */
function parseNested(type: NestedType, text: string): string {
  const json = `TRY_CAST(${text} AS JSON)`;
  if (isHeldAsJson(type)) return `CASE WHEN json_type(${json}) <> 'NULL' THEN ${json} END`;
  const texts = `TRY(from_json(${json}, ${quoteLiteral(JSON.stringify(structureOf(type)))}))`;
  return isText(type) ? texts : bindOnce([texts], (bound) => readTexts(type, bound, 0));
}

/** The structure of a type, its scalars being texts, in the form that DuckDB's `from_json` takes. */
function structureOf(type: SourceType): unknown {
  if (isHeldAsJson(type)) return 'JSON';
  if (typeof type === 'string') return 'VARCHAR';
  switch (type.kind) {
    case 'array':
      return [structureOf(type.items)];
    case 'map':
      return textsType(type);
    case 'object':
      return Object.fromEntries(type.fields.map((field) => [field.name, structureOf(field.type)]));
  }
}

function textsType(type: SourceType): string {
  if (isHeldAsJson(type)) return 'JSON';
  if (typeof type === 'string') return 'VARCHAR';
  switch (type.kind) {
    case 'array':
      return `${textsType(type.items)}[]`;
    case 'map':
      return `MAP(VARCHAR, ${textsType(type.values)})`;
    case 'object':
      return `STRUCT(${type.fields.map(({ name, type: inner }) => `${quoteIdentifier(name)} ${textsType(inner)}`).join(', ')})`;
  }
}

/** Whether nothing is left to read once the structure is there. */
function isText(type: SourceType): boolean {
  if (type === 'string' || isHeldAsJson(type)) return true;
  if (typeof type === 'string') return false;
  switch (type.kind) {
    case 'array':
      return isText(type.items);
    case 'map':
      // Its keys are yet to be made distinct.
      return false;
    case 'object':
      return type.fields.every((field) => isText(field.type));
  }
}

/** `depth` counts the lists and maps around the texts: each needs a name of its own for its element. */
function readTexts(type: SourceType, texts: string, depth: number): string {
  if (isText(type)) return texts;
  if (typeof type === 'string') return parseSourceText(type, texts);
  const element = `x${depth}`;
  switch (type.kind) {
    case 'array':
      return `list_transform(${texts}, lambda ${element}: ${readTexts(type.items, element, depth + 1)})`;
    case 'map': {
      const value = readTexts(type.values, `${element}."value"`, depth + 1);
      const entries = `list_transform(map_entries(${texts}), lambda ${element}: {'key': ${element}."key", 'value': ${value}})`;
      // Of entries with one key only an error can be made: it is told as a fault.
      return `TRY(map_from_entries(${entries}))`;
    }
    case 'object': {
      const members = type.fields.map(({ name, type: inner }) => {
        const member = quoteIdentifier(name);
        return `${member} := ${readTexts(inner, `${texts}.${member}`, depth)}`;
      });
      return `CASE WHEN ${texts} IS NOT NULL THEN struct_pack(${members.join(', ')}) END`;
    }
  }
}
