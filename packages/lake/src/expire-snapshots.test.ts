import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { icebergMetadata, icebergRead } from 'icebird';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createTable,
  currentDataFiles,
  type DataFile,
  discardStaged,
  expireSnapshots,
  type IcebergSchema,
  type LocalFileIO,
  localFileIO,
  parquetDataFile,
  positionDeleteFile,
  readTable,
  stageRowDelta,
  type Table,
  type WrittenPositionDeletes,
} from './index.ts';
import { filesOfOnly } from './reachable-files.ts';
import { collect } from './testing/collect.ts';
import { writeParquet, writePositionDeletes } from './testing/duckdb-parquet.ts';
import { fileFetch } from './testing/file-fetch.ts';

const SCHEMA: IcebergSchema = {
  type: 'struct',
  'schema-id': 0,
  fields: [{ id: 1, name: 'id', required: false, type: 'string' }],
};
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 2, 1);
const day = (number: number) => new Date(START + number * DAY_MS);
const ROWS = 4;

describe('expiring snapshots', () => {
  let root: string;
  let io: LocalFileIO;
  let template: { content: Buffer; file: DataFile };
  let deletes: Map<string, { written: WrittenPositionDeletes; content: Buffer }>;
  let files: number;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lake-expiry-'));
    io = localFileIO(root);
    deletes = new Map();
    vi.stubGlobal('fetch', fileFetch);
    const location = io.locationOf(join(root, 'template.parquet'));
    const query = `SELECT 'row-' || i AS id FROM range(${ROWS}) r(i)`;
    const written = await writeParquet(io, location, SCHEMA, query);
    template = { content: await io.read(location), file: parquetDataFile(written, SCHEMA) };
  });

  afterEach(async () => {
    vi.unstubAllGlobals();
    await rm(root, { recursive: true });
  });

  /** An empty table, in the place of the one before. */
  async function newTable(): Promise<Table> {
    files = 0;
    await rm(join(root, 't'), { recursive: true, force: true });
    return createTable(io, {
      location: io.locationOf(join(root, 't')),
      schema: SCHEMA,
      properties: { 'commit.manifest.min-count-to-merge': '3' },
      now: day(0),
    });
  }

  async function dataFile(table: Table): Promise<DataFile> {
    const filePath = `${table.metadata.location}/data/${files++}.parquet`;
    await io.write(filePath, template.content);
    return { ...template.file, filePath };
  }

  const append = async (table: Table, now: Date) =>
    stageRowDelta(io, table, { dataFiles: [await dataFile(table)], now });

  /** Deletes one row of each of some data files. What one history has deleted is not written anew for the next. */
  async function deletesOf(table: Table, files: readonly DataFile[], pos: number): Promise<DataFile> {
    const location = `${table.metadata.location}/data/${crypto.randomUUID()}-deletes.parquet`;
    const rows = files.map(({ filePath }) => [filePath, pos] as const).sort();
    const known = deletes.get(JSON.stringify(rows));
    if (known !== undefined) {
      await io.write(location, known.content);
      return positionDeleteFile({ ...known.written, location });
    }
    const written = await writePositionDeletes(io, location, rows);
    deletes.set(JSON.stringify(rows), { written, content: await io.read(location) });
    return positionDeleteFile(written);
  }

  /** The rows of each snapshot, as a reader that is not ours finds them. */
  async function rowsOfSnapshots({ metadata, metadataLocation }: Table): Promise<Record<string, string[]>> {
    const tableUrl = metadata.location;
    const metadataFileName = metadataLocation.slice(metadataLocation.lastIndexOf('/') + 1);
    const read = await icebergMetadata({ tableUrl, metadataFileName });
    const rows: Record<string, string[]> = {};
    for (const snapshot of metadata.snapshots) {
      const id = snapshot['snapshot-id'];
      // A table of no data files is no table to this reader.
      if (snapshot.summary['total-data-files'] === '0') continue;
      const found = await icebergRead({ tableUrl, metadata: { ...read, 'current-snapshot-id': Number(id) } });
      rows[String(id)] = found.map((row) => String(row.id)).sort();
    }
    return rows;
  }

  async function filesBelow(table: Table): Promise<string[]> {
    const files = await collect(io.list(table.metadata.location));
    return files
      .map(({ location }) => location)
      .filter((location) => !location.endsWith('.metadata.json'))
      .sort();
  }

  const remove = (locations: readonly string[]) =>
    Promise.all(locations.map((location) => io.remove(location)));

  test('takes from the table what only they reach, and nothing else', async () => {
    const first = await append(await newTable(), day(0));
    const [a] = await collect(currentDataFiles(io, first));
    if (a === undefined) throw new Error('the append landed nothing');
    const second = await stageRowDelta(io, first, {
      dataFiles: [await dataFile(first)],
      deleteFiles: [await deletesOf(first, [a], 1)],
      now: day(1),
    });
    const third = await stageRowDelta(io, second, { removedDataFiles: [a.filePath], now: day(2) });
    const expired = await expireSnapshots(io, third, {
      maxSnapshotAgeMs: 0,
      minSnapshotsToKeep: 1,
      now: day(3),
    });
    expect(expired?.expired).toEqual([first.snapshotId, second.snapshotId]);
    expect(expired?.metadata.snapshots.map((snapshot) => snapshot['snapshot-id'])).toEqual([
      third.snapshotId,
    ]);
    expect(expired?.metadata['snapshot-log']).toEqual([
      { 'timestamp-ms': day(2).getTime(), 'snapshot-id': third.snapshotId },
    ]);
    expect(expired?.metadata['last-sequence-number']).toBe(3);
    expect(expired?.unreachable).toContain(a.filePath);
    await remove(expired?.unreachable ?? []);
    if (expired === undefined) throw new Error('nothing expired');
    expect(Object.values(await rowsOfSnapshots(await readTable(io, expired.metadataLocation)))).toEqual([
      ['row-0', 'row-1', 'row-2', 'row-3'],
    ]);
  });

  test('removes no file itself, and can be discarded', async () => {
    const second = await append(await append(await newTable(), day(0)), day(1));
    const before = await collect(io.list(second.metadata.location));
    const rows = await rowsOfSnapshots(second);
    const expired = await expireSnapshots(io, second, {
      maxSnapshotAgeMs: 0,
      minSnapshotsToKeep: 1,
      now: day(2),
    });
    await discardStaged(io, expired ?? { written: [] });
    expect(await collect(io.list(second.metadata.location))).toEqual(before);
    expect(await rowsOfSnapshots(second)).toEqual(rows);
  });

  test('writes nothing where none has expired', async () => {
    const empty = await newTable();
    const table = await append(empty, day(0));
    const before = await collect(io.list(table.metadata.location));
    const limits = { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1, now: day(9) };
    expect(await expireSnapshots(io, empty, limits)).toBeUndefined();
    expect(await expireSnapshots(io, table, limits)).toBeUndefined();
    expect(await collect(io.list(table.metadata.location))).toEqual(before);
  });

  test('goes on where it left off, the oldest first', async () => {
    let table: Table = await newTable();
    for (let number = 0; number < 5; number++) table = await append(table, day(number));
    const limits = { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1, most: 3, now: day(9) };
    const some = await expireSnapshots(io, table, limits);
    const oldest = table.metadata.snapshots.slice(0, 3).map((snapshot) => snapshot['snapshot-id']);
    expect(some?.expired).toEqual(oldest);
    const rest = some && (await expireSnapshots(io, some, limits));
    expect(rest?.expired).toHaveLength(1);
    expect(rest && (await expireSnapshots(io, rest, limits))).toBeUndefined();
  });

  test('whatever the table’s history: what stays reads as before, and nothing is left that no snapshot reaches', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), files: fc.integer({ min: 1, max: 2 }) }),
      fc.record({ kind: fc.constant('delete' as const), pos: fc.nat(ROWS - 1), files: fc.nat(2) }),
      fc.record({ kind: fc.constant('empty' as const), file: fc.nat(5) }),
      fc.record({
        kind: fc.constant('expire' as const),
        days: fc.nat(3),
        keep: fc.integer({ min: 1, max: 3 }),
        most: fc.integer({ min: 1, max: 4 }),
      }),
    );
    const run = async (steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) => {
      let table: Table = await append(await newTable(), day(0));
      for (const [number, change] of steps.entries()) {
        const now = day(number + 1);
        const live = await collect(currentDataFiles(io, table));
        if (change.kind === 'append') {
          const dataFiles = await Promise.all(Array.from({ length: change.files }, () => dataFile(table)));
          table = await stageRowDelta(io, table, { dataFiles, now });
        } else if (change.kind === 'delete' && live.length > 0) {
          const deleteFiles = [await deletesOf(table, live.slice(0, change.files + 1), change.pos)];
          table = await stageRowDelta(io, table, { dataFiles: [await dataFile(table)], deleteFiles, now });
        } else if (change.kind === 'empty' && live.length > 0) {
          const removedDataFiles = [live[change.file % live.length]?.filePath ?? ''];
          table = await stageRowDelta(io, table, { removedDataFiles, now });
        } else if (change.kind === 'expire') {
          const before = await rowsOfSnapshots(table);
          const limits = { maxSnapshotAgeMs: change.days * DAY_MS, minSnapshotsToKeep: change.keep, now };
          const expired = await expireSnapshots(io, table, { ...limits, most: change.most });
          if (expired === undefined) continue;
          await remove(expired.unreachable);
          table = await readTable(io, expired.metadataLocation);
          expect(before).toMatchObject(await rowsOfSnapshots(table));
          const reached = await filesOfOnly(io, table.metadata.snapshots, []);
          expect(await filesBelow(table)).toEqual([...reached].sort());
        }
      }
    };
    const last = { kind: 'expire' as const, days: 0, keep: 1, most: 9 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 9 }), (steps) => run([...steps, last])),
      { numRuns: 5 },
    );
  });
});
