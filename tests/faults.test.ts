import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { landings } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { idAndName, type Walk, walkTutorial } from './tutorial.ts';

/** Enough for a bulk job where all of them change, few enough to be quick. */
const CONTACTS = 12_000;
const server = new ServerUnderTest({
  TRIBUTARY_DEMO: '1',
  TRIBUTARY_DEMO_CONTACTS: String(CONTACTS),
  TRIBUTARY_LOG: 'off',
});
let walk: Walk;
/** How often each contact must have landed by now. */
let expected: Map<string, number>;
let ended = 1;
let firstRun: Awaited<ReturnType<ServerUnderTest['runsEnded']>>;

beforeAll(async () => {
  await server.start();
  walk = await walkTutorial(server, 'Faults', { mappings: idAndName });
  firstRun = await server.runsEnded(walk.flowId, 1);
  expected = await landings(server, walk.dataSetId);
});
afterAll(() => server.dispose());

/** The contacts that have landed another number of times than they must. */
function differences(actual: ReadonlyMap<string, number>): string[] {
  const ids = new Set([...actual.keys(), ...expected.keys()]);
  return [...ids]
    .filter((id) => actual.get(id) !== expected.get(id))
    .map((id) => `${id}: ${actual.get(id) ?? 0} times, not ${expected.get(id) ?? 0}`);
}

/** Changes rows, runs the flow while the fault is armed, and holds the lake against what must be there. */
async function runUnder(fault: Record<string, unknown>, update: number) {
  // Stamps have whole seconds: a second change within one second may leave what is read as it was.
  await pause(1_000);
  const { updated } = await server.emulator('POST', '/mutate', { object: 'Contact', update });
  for (const id of updated) expected.set(id, (expected.get(id) ?? 0) + 1);
  await server.emulator('POST', '/fault', fault);
  const body = { flowId: walk.flowId };
  expect((await server.call('POST', '/data/foundation/flowservice/runs', { body })).status).toBe(201);
  ended += 1;
  const run = await server.runsEnded(walk.flowId, ended, 90_000);
  await server.emulator('DELETE', '/fault');
  expect(run.metrics.statusSummary, JSON.stringify(run.metrics.statusSummary)).toMatchObject({
    status: 'success',
  });
  expect(run.metrics.recordSummary.outputRecordCount).toBe(update);
  expect(differences(await landings(server, walk.dataSetId))).toEqual([]);
  return run;
}

test('a run holds what arrived against the source’s own count', () => {
  expect(firstRun.metrics.recordSummary.extensions.sourceRecordCount).toEqual({
    compared: true,
    source: CONTACTS,
    staged: CONTACTS,
  });
});

describe('no row is lost and none lands twice', { timeout: 120_000 }, () => {
  test.each([
    ['answers 429 and says when to come back', { kind: 'status', status: 429, retryAfter: 1, times: 2 }],
    ['answers 503', { kind: 'status', status: 503, times: 2 }],
    ['ends the session', { kind: 'expireSession', times: 1, path: '/query' }],
    ['breaks the connection in mid-body', { kind: 'reset', afterBytes: 2_000, times: 2, path: '/query' }],
    [
      'cuts an answer short without notice',
      { kind: 'truncate', afterBytes: 2_000, times: 1, path: '/query' },
    ],
    ['drips', { kind: 'slow', chunkBytes: 2_048, delayMs: 20, times: 3, path: '/query' }],
  ])('when the source, asked by REST, %s', async (_what, fault) => {
    await runUnder(fault, 150);
  });

  test('when the source has no calls left for a moment: the run waits, and says so', async () => {
    const run = await runUnder({ kind: 'requestLimit', times: 1, path: '/query' }, 150);
    const { attempt, earlierAttempts, notices } = run.metrics.statusSummary.extensions;
    expect({ attempt, earlierAttempts }).toEqual({ attempt: 2, earlierAttempts: [] });
    expect(notices).toContainEqual({
      code: 'WAITING_FOR_SOURCE',
      message: expect.stringContaining('REQUEST_LIMIT_EXCEEDED'),
    });
  });

  test.each([
    ['fails the job', { kind: 'jobFailed', times: 1 }],
    ['breaks the connection in mid-page', { kind: 'reset', afterBytes: 100_000, times: 2, path: '/results' }],
    [
      'cuts a page short without notice',
      { kind: 'truncate', afterBytes: 100_000, times: 1, path: '/results' },
    ],
    ['ends the session while the job runs', { kind: 'expireSession', times: 1, path: '/jobs/query/' }],
    ['answers 500 for the results', { kind: 'status', status: 500, times: 2, path: '/results' }],
  ])('when the source, asked by Bulk, %s', async (_what, fault) => {
    await runUnder(fault, CONTACTS - 500);
  });
});

test('two flows that land in one dataset at once keep each other’s rows', async () => {
  const { body } = await server.call('GET', `/data/foundation/flowservice/flows/${walk.flowId}`);
  const [{ name: _name, sourceConnectionIds, targetConnectionIds, transformations, flowSpec }] = body.items;
  const again = {
    flowSpec: { id: flowSpec.id, version: flowSpec.version },
    sourceConnectionIds,
    targetConnectionIds,
    transformations,
    scheduleParams: { startTime: 1567411548, frequency: 'once' },
  };
  const flows = await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      server.call('POST', '/data/foundation/flowservice/flows', { body: { name, ...again } }),
    ),
  );
  for (const flow of flows) {
    expect(flow.status, JSON.stringify(flow.body)).toBe(201);
    const run = await server.runsEnded(flow.body.id, 1);
    expect(run.metrics.recordSummary.outputRecordCount).toBe(CONTACTS);
  }
  for (const [id, count] of expected) expected.set(id, count + 3);
  expect(differences(await landings(server, walk.dataSetId))).toEqual([]);
});
