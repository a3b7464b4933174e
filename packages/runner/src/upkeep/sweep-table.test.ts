import { readTable, stageAppend } from '@tributary/lake';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunBench } from '../run-bench.test-kit.ts';
import { DAY_MS } from './retention.ts';
import { hourOf, sweepTable } from './sweep-table.ts';

let bench: RunBench;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());

test('what a commit left whose process died goes in the table’s hour, a day after it was found', async () => {
  const { dataSetId } = await bench.flow();
  const pointer = await bench.store.tables.get(dataSetId);
  const { io } = bench.services.lake;
  const table = await readTable(io, pointer?.metadataLocation ?? '');
  const died = await stageAppend(io, table, { files: [], now: new Date() });
  const dueBy = async (time: Date) =>
    (await bench.services.store.leftovers.due(time)).map(({ name }) => name).sort();

  const hour = new Date(Date.now() + 3 * DAY_MS);
  hour.setUTCHours(hourOf(dataSetId));
  const otherHour = new Date(hour.getTime() + DAY_MS / 2);
  await sweepTable(bench.services, bench.store, dataSetId, new Date());
  await sweepTable(bench.services, bench.store, dataSetId, otherHour);
  expect(await dueBy(new Date(otherHour.getTime() + 2 * DAY_MS))).toEqual([]);
  await sweepTable(bench.services, bench.store, dataSetId, hour);
  expect(await dueBy(hour)).toEqual([]);
  expect(await dueBy(new Date(hour.getTime() + DAY_MS))).toEqual([...died.written].sort());
});
