import { offsetShape, quoteLiteral, sqlTypeOf } from '@tributary/data-prep';
import type { ColumnType, SourceType } from '@tributary/xdm';

/** How the texts of one source type are read. */
interface Reading {
  /** Regular expression for the texts that are such values: DuckDB's casts would also take `0x1F`, `epoch` or `inf`. */
  readonly shape: string;
  /** Regular expression for what is taken off the text before the cast. */
  readonly strip?: string;
  /** Whether texts of this shape may be too large for the type, which the cast makes infinite. */
  readonly mayOverflow?: true;
}

const WHOLE_NUMBER = { shape: '[+-]?[0-9]+(\\.0*)?', strip: '\\.0*$' };
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

/**
 * SQL for the value that a source text stands for: null for null, and null for a text that is no such value.
 * Its SQL type is the one that mapping expressions expect. Never raises. Date-times without an offset are UTC.
 */
export function parseSourceText(type: SourceType, text: string): string {
  if (type === 'string') return text;
  if (type === 'json' || typeof type === 'object') return parseNested(type, text);
  const { shape, strip, mayOverflow } = READINGS[type];
  const bare = strip === undefined ? text : `regexp_replace(${text}, ${quoteLiteral(strip)}, '')`;
  const cast = `TRY_CAST(${bare} AS ${sqlTypeOf(type)})`;
  const value = mayOverflow ? `nullif(nullif(${cast}, 'Infinity'), '-Infinity')` : cast;
  return `CASE WHEN regexp_full_match(${text}, ${quoteLiteral(shape)}) THEN ${value} END`;
}

/** Nested values come as JSON text. A member that is absent, or is no value of its type, is null. */
function parseNested(type: Exclude<SourceType, ColumnType>, text: string): string {
  const json = `TRY_CAST(${text} AS JSON)`;
  return type === 'json'
    ? json
    : `TRY(from_json(${json}, ${quoteLiteral(JSON.stringify(structureOf(type)))}))`;
}

/** A type in the form that DuckDB's `from_json` takes. */
function structureOf(type: SourceType): unknown {
  if (typeof type === 'string') return sqlTypeOf(type);
  switch (type.kind) {
    case 'array':
      return [structureOf(type.items)];
    case 'map':
      return sqlTypeOf(type);
    case 'object':
      return Object.fromEntries(type.fields.map((field) => [field.name, structureOf(field.type)]));
  }
}
