import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { landings } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { idAndName, type Walk, walkTutorial } from './tutorial.ts';

const server = new ServerUnderTest({
  TRIBUTARY_DEMO: '1',
  TRIBUTARY_DEMO_CONTACTS: '3000',
  TRIBUTARY_LOG: 'off',
});
const mappings = [...idAndName, ['Email', 'personalEmail.address']] as const;
let walk: Walk;
let ended = 1;

beforeAll(async () => {
  await server.start();
  walk = await walkTutorial(server, 'Incremental', { mappings });
  await server.runsEnded(walk.flowId, 1);
});
afterAll(() => server.dispose());

async function runAgain() {
  const answer = await server.call('POST', '/data/foundation/flowservice/runs', {
    body: { flowId: walk.flowId },
  });
  expect(answer.status).toBe(201);
  ended += 1;
  return server.runsEnded(walk.flowId, ended);
}

describe('a flow with a delta column', () => {
  test('lands nothing when nothing has changed', async () => {
    const run = await runAgain();
    expect(run.metrics).toMatchObject({
      statusSummary: { status: 'success' },
      recordSummary: { inputRecordCount: 0, outputRecordCount: 0, failedRecordCount: 0 },
    });
  });

  test('lands the 500 rows that changed, no other, and none twice', async () => {
    const before = await landings(server, walk.dataSetId);
    const { updated } = await server.emulator('POST', '/mutate', { object: 'Contact', update: 500 });
    const run = await runAgain();
    expect(run.metrics.recordSummary).toMatchObject({ inputRecordCount: 500, outputRecordCount: 500 });
    const after = await landings(server, walk.dataSetId);
    const grown = [...after].filter(([id, count]) => count !== before.get(id));
    expect(grown.map(([id]) => id).sort()).toEqual([...updated].sort());
    expect(grown.every(([id, count]) => count === (before.get(id) ?? 0) + 1)).toBe(true);
    expect((await runAgain()).metrics.recordSummary.inputRecordCount).toBe(0);
  });

  test('lands rows that share a second with the end of a window, wherever they fall', async () => {
    for (let round = 0; round < 3; round++) {
      const { inserted } = await server.emulator('POST', '/mutate', { object: 'Contact', insert: 20 });
      const running = runAgain();
      const more = await server.emulator('POST', '/mutate', { object: 'Contact', insert: 20 });
      await running;
      await runAgain();
      const counts = await landings(server, walk.dataSetId);
      for (const id of [...inserted, ...more.inserted]) expect(counts.get(id), id).toBe(1);
    }
  });

  test('lands rows that were committed late, with a stamp from before the last run', async () => {
    await server.emulator('POST', '/fault', { kind: 'lateCommit', times: 1, seconds: 120 });
    const { inserted } = await server.emulator('POST', '/mutate', { object: 'Contact', insert: 7 });
    expect((await runAgain()).metrics.recordSummary.outputRecordCount).toBe(7);
    const counts = await landings(server, walk.dataSetId);
    for (const id of inserted) expect(counts.get(id)).toBe(1);
    expect((await runAgain()).metrics.recordSummary.inputRecordCount).toBe(0);
  });

  test('refuses a second run while one is open', async () => {
    // Until all three are answered no run ends.
    await server.emulator('POST', '/fault', { kind: 'slow', times: 1, path: '/describe', delayMs: 5_000 });
    const body = { flowId: walk.flowId };
    const answers = await Promise.all(
      [1, 2, 3].map(() => server.call('POST', '/data/foundation/flowservice/runs', { body })),
    );
    await server.emulator('DELETE', '/fault');
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    ended += 1;
    await server.runsEnded(walk.flowId, ended);
  });

  test('begins with what changes from now on, where the flow asks for no backfill', async () => {
    const later = await walkTutorial(server, 'No backfill', { mappings, backfill: false });
    const first = await server.runsEnded(later.flowId, 1);
    expect(first.metrics).toMatchObject({ statusSummary: { status: 'success' } });
    const { inserted } = await server.emulator('POST', '/mutate', { object: 'Contact', insert: 12 });
    await server.call('POST', '/data/foundation/flowservice/runs', { body: { flowId: later.flowId } });
    await server.runsEnded(later.flowId, 2);
    const counts = await landings(server, later.dataSetId);
    expect(counts.size).toBeLessThan(3_000);
    for (const id of inserted) expect(counts.get(id)).toBe(1);
  });
});
