import type { DataFile } from '../data-file.ts';
import type { FileIO } from '../file-io.ts';
import type { IcebergSchema } from '../schema.ts';
import type { Table } from '../table.ts';

/** The schema of a table of ids. */
export const IDS: IcebergSchema = {
  type: 'struct',
  'schema-id': 0,
  fields: [{ id: 1, name: 'id', required: false, type: 'string' }],
};

/** Where a table's data file of this name lies. */
export function dataFileLocation({ metadata }: Table, name: string): string {
  return `${metadata.location}/data/${name}.parquet`;
}

/** Writes a data file whose content is its name: commits look at its size only. */
export async function writeDataFile(
  io: FileIO,
  table: Table,
  name: string,
  recordCount: number,
): Promise<DataFile> {
  const filePath = dataFileLocation(table, name);
  await io.write(filePath, Buffer.from(name));
  return {
    content: 'data',
    filePath,
    fileFormat: 'PARQUET',
    recordCount,
    fileSizeInBytes: Buffer.byteLength(name),
  };
}

/** The name that {@link writeDataFile} was given. */
export function nameOfDataFile({ filePath }: DataFile): string {
  return filePath.replace(/^.*\/(.*)\.parquet$/, '$1');
}
