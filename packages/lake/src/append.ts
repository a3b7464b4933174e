import type { DataFile } from './data-file.ts';
import type { FileIO } from './file-io.ts';
import { type RowDelta, stageRowDelta } from './row-delta.ts';
import type { StagedSnapshot } from './stage-snapshot.ts';
import type { Table } from './table.ts';

export interface Append extends Pick<RowDelta, 'summary' | 'requirements' | 'now'> {
  readonly files: readonly DataFile[];
}

/**
 * Stages a snapshot with some more data files (see `stageRowDelta`). An append holds on any state of the table: if the
 * pointer has moved meanwhile, stage again on the newer table with the same files.
 */
export async function stageAppend(
  io: FileIO,
  table: Table,
  { files, ...append }: Append,
): Promise<StagedSnapshot> {
  return stageRowDelta(io, table, { ...append, dataFiles: files });
}
