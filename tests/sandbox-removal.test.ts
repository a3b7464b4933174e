import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesBelow } from './files-below.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { type Walk, type Walker, walkTutorial } from './tutorial.ts';

const server = new ServerUnderTest({ TRIBUTARY_DEMO: '1', TRIBUTARY_DEMO_CONTACTS: '20' });
const SANDBOXES = '/data/foundation/sandbox-management/sandboxes';
const lists = [
  '/data/foundation/flowservice/connections',
  '/data/foundation/flowservice/sourceConnections',
  '/data/foundation/flowservice/targetConnections',
  '/data/foundation/flowservice/flows',
  '/data/foundation/flowservice/runs',
  '/data/foundation/catalog/dataSets',
  '/data/foundation/catalog/batches',
  '/data/foundation/conversion/mappingSets',
  '/data/foundation/schemaregistry/tenant/schemas',
];

/** What prod has, before and after others are emptied. */
let kept: Walk;

beforeAll(async () => {
  await server.start();
  kept = await walkTutorial(server, 'Kept');
  await server.runsEnded(kept.flowId, 1);
  await server.call('POST', `/data/foundation/flowservice/flows/${kept.flowId}/action?op=disable`);
});
afterAll(() => server.dispose());

function inSandbox(name: string): Walker {
  return {
    demo: server.demo,
    call: (method, path, options = {}) =>
      server.call(method, path, { ...options, headers: { 'x-sandbox-name': name, ...options.headers } }),
  };
}

async function makeSandbox(name: string): Promise<{ id: string; people: Walker }> {
  const { body } = await server.call('POST', SANDBOXES, { body: { name, title: name, type: 'development' } });
  return { id: body.id, people: inSandbox(name) };
}

async function untilState(name: string, state: string): Promise<void> {
  while ((await server.call('GET', `${SANDBOXES}/${name}`)).body.state !== state) await pause(20);
}

/** Every list of a sandbox, as text. */
async function contents(people: Walker): Promise<string[]> {
  const answers = [];
  for (const path of lists)
    answers.push(
      await people.call('GET', path, { headers: { accept: 'application/vnd.adobe.xed-id+json' } }),
    );
  return answers.map(
    ({ status, body }) => `${status} ${JSON.stringify(body.items ?? body.data ?? body.results ?? body)}`,
  );
}

/** Files in the lake that belong to a sandbox. */
function lakeFiles(sandboxId: string): readonly string[] {
  return filesBelow(join(server.dataFolder, 'lake'))
    .filter((path) => path.includes(sandboxId))
    .map((path) => basename(path));
}

test('a reset leaves an empty sandbox that can be used again, and others as they were', async () => {
  const { id, people } = await makeSandbox('reset');
  const empty = await contents(people);
  const before = await contents(server);
  await walkTutorial(people, 'To be reset');
  // Its first run is under way or not, as it happens.
  await server.call('PUT', `${SANDBOXES}/reset`, { body: { action: 'reset' } });
  await untilState('reset', 'active');
  expect(await contents(people)).toEqual(empty);
  const again = await walkTutorial(people, 'Again');
  await runEnded(people, again.flowId);
  expect(lakeFiles(id).some((name) => name.endsWith('.parquet'))).toBe(true);
  expect(await contents(server)).toEqual(before);
});

test('a server that is killed while it deletes a sandbox goes on when it starts again', async () => {
  const { id, people } = await makeSandbox('doomed');
  const walk = await walkTutorial(people, 'Doomed');
  await runEnded(people, walk.flowId);
  expect(lakeFiles(id).some((name) => name.endsWith('.parquet'))).toBe(true);
  const before = await contents(server);
  expect((await server.call('DELETE', `${SANDBOXES}/doomed`)).status).toBe(202);
  await server.end('SIGKILL');
  await server.start();
  await untilState('doomed', 'deleted');
  expect(lakeFiles(id)).toEqual([]);
  expect((await people.call('GET', '/data/foundation/catalog/dataSets')).status).toBe(403);
  expect(await contents(server)).toEqual(before);
  const rows = await server.call('GET', `/data/foundation/export/datasets/${kept.dataSetId}/preview`);
  expect(rows.status).toBe(200);
});

async function runEnded(people: Walker, flowId: string): Promise<void> {
  for (;;) {
    const { body } = await people.call('GET', `/data/foundation/flowservice/runs?property=flowId==${flowId}`);
    if (body.items[0]?.metrics.durationSummary.completedAtUTC) return;
    await pause(50);
  }
}
