import type { ScopedStore } from '@tributary/store';
import type { ColumnSample, ProposalColumn } from '@tributary/xdm';
import { Problem } from '../../http/problem.ts';
import { askSource } from '../ask-source.ts';
import type { Dependencies } from '../dependencies.ts';

/** Rows of the source that are looked at. */
const PREVIEW_ROWS = 200;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;

/**
 * The columns of a source's table as it describes them, with figures of its first rows.
 * @throws {Problem} where the base connection is not there, and for what the source refuses
 */
export async function sourceTableColumns(
  dependencies: Pick<Dependencies, 'vault' | 'openSource'>,
  store: ScopedStore,
  baseConnectionId: string,
  table: string,
): Promise<readonly ProposalColumn[]> {
  const connection = await store.resources('connection').get(baseConnectionId);
  if (connection === undefined) {
    const message = 'names no base connection of this sandbox';
    throw new Problem('invalidBody', `baseConnectionId ${message}.`, {
      violations: [{ path: '/baseConnectionId', message }],
    });
  }
  return askSource(dependencies, store, connection, async (source, signal) => {
    const { columns, keyColumns } = await source.describe(table, signal);
    const rows = await source.preview(table, PREVIEW_ROWS, signal);
    return columns.map(({ name, type, digits }) => ({
      name,
      type,
      ...(digits && { digits }),
      isKey: keyColumns.length === 1 && keyColumns[0] === name,
      figures: figuresOf(rows.map((row) => row[name])),
    }));
  });
}

function figuresOf(values: readonly unknown[]): ColumnSample {
  const filled = values.filter((value) => value !== undefined && value !== null && value !== '');
  return {
    rows: values.length,
    filled: filled.length,
    distinct: new Set(filled.map((value) => JSON.stringify(value))).size,
    emails: filled.filter((value) => typeof value === 'string' && EMAIL.test(value)).length,
  };
}
