import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { landings } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { idAndName, type Walk, walkTutorial } from './tutorial.ts';

const CONTACTS = 12_000;
const server = new ServerUnderTest({
  TRIBUTARY_DEMO: '1',
  TRIBUTARY_DEMO_CONTACTS: String(CONTACTS),
  TRIBUTARY_LOG: 'off',
});
let walk: Walk;

beforeAll(async () => {
  await server.start();
});
afterAll(() => server.dispose());

async function stepOf(flowId: string): Promise<string | undefined> {
  const { body } = await server.call('GET', `/data/foundation/flowservice/runs?property=flowId==${flowId}`);
  return body.items[0]?.metrics.statusSummary.extensions.step;
}

describe('a server that is killed in mid-run and started again', { timeout: 300_000 }, () => {
  test('ends the first run with every row once, wherever it was killed', async () => {
    // The results page drips, and for much longer than it takes to see it, so that the kill falls into its
    // middle.
    await server.emulator('POST', '/fault', {
      kind: 'slow',
      times: 1,
      path: '/results',
      chunkBytes: 1_024,
      delayMs: 50,
    });
    walk = await walkTutorial(server, 'Crash', { mappings: idAndName });
    while ((await stepOf(walk.flowId)) !== 'extracting') await pause(20);
    await pause(200);
    expect(await server.end('SIGKILL')).toBe('SIGKILL');
    await server.start();
    const run = await server.runsEnded(walk.flowId, 1);
    expect(run.metrics.statusSummary).toMatchObject({ status: 'success' });
    expect(run.metrics.statusSummary.extensions.attempt).toBeGreaterThan(1);
    const counts = await landings(server, walk.dataSetId);
    expect(counts.size).toBe(CONTACTS);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  });

  test('lands each change once, however often it is killed', async () => {
    const expected = new Map([...(await landings(server, walk.dataSetId)).keys()].map((id) => [id, 1]));
    for (let round = 1; round <= 6; round++) {
      const { updated, inserted } = await server.emulator('POST', '/mutate', {
        object: 'Contact',
        update: 100,
        insert: 50,
      });
      for (const id of [...updated, ...inserted]) expected.set(id, (expected.get(id) ?? 0) + 1);
      const answer = await server.call('POST', '/data/foundation/flowservice/runs', {
        body: { flowId: walk.flowId },
      });
      expect(answer.status).toBe(201);
      await pause(round * 35);
      await server.end('SIGKILL');
      await server.start();
      const run = await server.runsEnded(walk.flowId, 1 + round);
      expect(run.metrics.statusSummary.status).toBe('success');
    }
    expect(await landings(server, walk.dataSetId)).toEqual(expected);
  });

  test('ends with exit code 0 when it is asked to, and gives up nothing', async () => {
    await server.emulator('POST', '/fault', {
      kind: 'slow',
      times: 2,
      path: '/query',
      chunkBytes: 512,
      delayMs: 20,
    });
    const { inserted } = await server.emulator('POST', '/mutate', { object: 'Contact', insert: 80 });
    await server.call('POST', '/data/foundation/flowservice/runs', { body: { flowId: walk.flowId } });
    await pause(150);
    expect(await server.end('SIGTERM')).toBe(0);
    await server.start();
    await server.runsEnded(walk.flowId, 8);
    const counts = await landings(server, walk.dataSetId);
    for (const id of inserted) expect(counts.get(id)).toBe(1);
  });
});
