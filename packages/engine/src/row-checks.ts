import { quoteLiteral } from '@tributary/data-prep';

/** Codes of rejected rows, as the platform's ingestion spells them. */
export const CORRUPT_ROW = 'INGEST-1401-400';
export const INVALID_VALUE = 'INGEST-1554-400';
export const MISSING_REQUIRED = 'INGEST-1555-400';
export const FAILED_MAPPING = 'MAPPER-3700-400';

/** DuckDB's type of one error of a row. */
export const ERROR_TYPE = 'STRUCT("code" VARCHAR, "message" VARCHAR, "column" VARCHAR, "value" VARCHAR)';

/** What is told of a row that does not land. */
export interface ErrorEntry {
  readonly code: string;
  readonly message: string;
  /** Source column or target path, `[*]` for the elements of a list and `.*` for the keys of a map. */
  readonly column: string;
  /** SQL: the text of the offending value. */
  readonly value: string;
}

/** One reason for which a row does not land. */
export interface RowCheck extends ErrorEntry {
  /** SQL: true or false, never null. */
  readonly fails: string;
}

/** SQL for an entry of {@link ERROR_TYPE}. */
export function errorEntry({ code, message, column, value }: ErrorEntry): string {
  return (
    `{'code': ${quoteLiteral(code)}, 'message': ${quoteLiteral(message)}, ` +
    `'column': ${quoteLiteral(column)}, 'value': ${value}}`
  );
}
