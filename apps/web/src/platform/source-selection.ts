import { isObject, textAt, valueAt } from '../json.ts';

/** What of a source a flow reads, and how: a table, or files. */
export interface SourceSelection {
  readonly baseConnectionId: string | undefined;
  readonly connectorId: string | undefined;
  readonly path: string | undefined;
  /** As exploring takes it; empty for tables. */
  readonly reading: Readonly<Record<string, unknown>>;
}

export function parseSourceSelection(body: unknown): SourceSelection {
  const data = valueAt(body, 'data');
  const format = textAt(data, 'format');
  const properties = valueAt(data, 'properties');
  const isOfFiles = format !== undefined && format !== 'tabular';
  return {
    baseConnectionId: textAt(body, 'baseConnectionId'),
    connectorId: textAt(body, 'connectionSpec', 'id'),
    path: textAt(body, 'params', 'tableName') ?? textAt(body, 'params', 'path'),
    reading: isOfFiles ? { fileType: format, ...(isObject(properties) ? properties : {}) } : {},
  };
}
