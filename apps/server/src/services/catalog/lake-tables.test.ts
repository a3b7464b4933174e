import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTable, localFileIO, positionDeleteFile, stageRowDelta } from '@tributary/lake';
import { expect, test } from 'vitest';
import { lakeTables } from './lake-tables.ts';

test('a table’s rows are those that no later run has deleted', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lake-tables-'));
  try {
    const io = localFileIO(root);
    const location = io.locationOf(join(root, 't'));
    const now = new Date('2026-03-01T12:00:00Z');
    const schema = {
      type: 'struct',
      'schema-id': 0,
      fields: [{ id: 1, name: 'id', required: false, type: 'string' }],
    } as const;
    const [dataFile, deleteFile] = [`${location}/data/a.parquet`, `${location}/data/d.parquet`];
    for (const path of [dataFile, deleteFile]) await io.write(path, Buffer.alloc(1));
    const data = {
      content: 'data',
      filePath: dataFile,
      fileFormat: 'PARQUET',
      recordCount: 10,
      fileSizeInBytes: 1,
    } as const;
    const deletes = positionDeleteFile({
      location: deleteFile,
      rows: 3,
      bytes: 1,
      firstDataFile: dataFile,
      lastDataFile: dataFile,
    });
    const landed = await stageRowDelta(io, await createTable(io, { location, schema, now }), {
      dataFiles: [data],
      now,
    });
    const table = await stageRowDelta(io, landed, { deleteFiles: [deletes], now });
    const tables = lakeTables(io);
    expect(await tables.figures(landed.metadataLocation)).toMatchObject({ rows: 10, files: 1 });
    expect(await tables.figures(table.metadataLocation)).toMatchObject({ rows: 7, files: 1 });
  } finally {
    await rm(root, { recursive: true });
  }
});
