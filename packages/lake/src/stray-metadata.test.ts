import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stageAppend } from './append.ts';
import { localFileIO } from './local-file-io.ts';
import { strayMetadata } from './stray-metadata.ts';
import { createTable } from './table.ts';
import { IDS, writeDataFile } from './testing/ids-table.ts';
import { writeVersionHint } from './version-hint.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const LATER = new Date(Date.now() + 3_600_000);

test('what a commit has written whose process died is stray once it is old, and nothing that the table names', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lake-strays-'));
  const io = localFileIO(root);
  const created = await createTable(io, { location: io.locationOf(join(root, 't')), schema: IDS, now: NOW });
  const append = async (onto: typeof created, name: string) =>
    stageAppend(io, onto, { files: [await writeDataFile(io, onto, name, 1)], now: NOW });
  const first = await append(created, 'a');
  const died = await append(first, 'b');
  const current = await append(first, 'c');
  await writeVersionHint(io, current);
  await io.write(`${current.metadata.location}/metadata/foreign.stats`, Buffer.from('statistics'));

  expect((await strayMetadata(io, current, LATER)).toSorted()).toEqual([...died.written].sort());
  expect(await strayMetadata(io, current, new Date(0))).toEqual([]);
  await rm(root, { recursive: true });
});
