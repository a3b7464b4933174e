import type { FileIO } from './file-io.ts';
import { metadataFolder, type Table } from './table.ts';

/**
 * Notes the newest metadata file in `metadata/version-hint.text`, so that readers which know the table's
 * folder alone find it: DuckDB's `iceberg_scan` and PyIceberg's `StaticTable` complete the hint with
 * `.metadata.json`. (Spark's Hadoop catalog does not: it wants `v<n>.metadata.json`, which no two writers can
 * create safely.)
 *
 * A hint and no more: call it after the commit, ignore its failure. It can be one commit behind, never ahead.
 */
export async function writeVersionHint(io: FileIO, table: Table): Promise<void> {
  const name = table.metadataLocation.slice(table.metadataLocation.lastIndexOf('/') + 1);
  const hint = name.replace(/\.metadata\.json$/, '');
  await io.replace(`${metadataFolder(table.metadata)}/version-hint.text`, Buffer.from(hint, 'utf8'));
}
