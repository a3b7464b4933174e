import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import { NOT_NESTED, nestingWithin } from '@tributary/data-prep';
import type { SourceColumn, SourceType } from '@tributary/xdm';

/** DuckDB's type of a column in the terms of source columns; undefined types and those that only DuckDB has are text. */
export function sourceTypeOf(type: DuckDBType | undefined, nesting = NOT_NESTED): SourceType {
  switch (type?.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return 'boolean';
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.USMALLINT:
      return 'integer';
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
      return 'long';
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return 'number';
    case DuckDBTypeId.DECIMAL:
      return 'decimal';
    case DuckDBTypeId.DATE:
      return 'date';
    case DuckDBTypeId.TIME:
    case DuckDBTypeId.TIME_TZ:
      return 'time';
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_NS:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return 'date-time';
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY: {
      const within = nestingWithin(nesting, 'array');
      return within ? { kind: 'array', items: sourceTypeOf(type.valueType, within) } : 'json';
    }
    case DuckDBTypeId.MAP: {
      const within = nestingWithin(nesting, 'map');
      return within ? { kind: 'map', values: sourceTypeOf(type.valueType, within) } : 'json';
    }
    case DuckDBTypeId.STRUCT: {
      const within = nestingWithin(nesting, 'object');
      if (within === undefined) return 'json';
      return {
        kind: 'object',
        fields: type.entryNames.map((name, index) => ({
          name,
          type: sourceTypeOf(type.entryTypes[index], within),
        })),
      };
    }
    case DuckDBTypeId.VARCHAR:
      return type.alias === 'JSON' ? 'json' : 'string';
    default:
      return 'string';
  }
}

/** The digits of a column of decimals, for a description of it. */
export function digitsOf(type: DuckDBType | undefined): Pick<SourceColumn, 'digits'> {
  if (type?.typeId !== DuckDBTypeId.DECIMAL) return {};
  return { digits: { precision: type.width, scale: type.scale } };
}
