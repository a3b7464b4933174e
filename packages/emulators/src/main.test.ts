import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Credentials } from './salesforce/credentials.ts';
import { API, connect } from './salesforce/test-client.ts';

let folder: string;
let children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-'));
});
afterEach(async () => {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  children = [];
  await rm(folder, { recursive: true });
});

type Ready = Credentials & { readonly url: string };

function run(
  flags: readonly string[],
  options: { execArgv?: string[]; env?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  const child = fork(join(import.meta.dirname, 'main.ts'), flags, { silent: true, execArgv: [], ...options });
  children.push(child);
  return child;
}

async function ready(child: ChildProcess): Promise<{ url: string; credentials: Credentials }> {
  const [message] = await once(child, 'message');
  // main.ts sends exactly this.
  const { url, ...credentials } = message as Ready;
  return { url, credentials };
}

async function rowsOf(url: string): Promise<string> {
  return (await fetch(`${url}/__emulator/rows?object=Contact`)).text();
}

test('prints its address and credentials, and ends on SIGTERM', async () => {
  const child = run(['--rows', 'Contact=10', '--client-id', 'me'], {
    env: {
      ...process.env,
      SALESFORCE_EMULATOR_CLIENT_SECRET: 'hush',
      SALESFORCE_EMULATOR_CLIENT_ID: 'other',
    },
  });
  const printed = child.stdout === null ? [''] : await once(child.stdout, 'data');
  const { url, clientId, clientSecret }: Ready = JSON.parse(String(printed[0]));
  expect([clientId, clientSecret]).toEqual(['me', 'hush']);
  expect((await fetch(`${url}/services/data`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('is Dataverse where asked, with credentials of its own', async () => {
  const child = run(['--system', 'dataverse', '--rows', 'contact=10'], {
    env: { ...process.env, DATAVERSE_EMULATOR_TENANT_ID: 'contoso' },
  });
  const { url, credentials } = await ready(child);
  expect(credentials).toMatchObject({ tenantId: 'contoso', clientSecret: expect.any(String) });
  const challenge = (await fetch(`${url}/api/data/v9.2/`)).headers.get('www-authenticate');
  expect(challenge).toContain(`${url}/contoso/oauth2/authorize`);
});

test('ends with its parent', async () => {
  const child = run(['--rows', 'Contact=10']);
  await ready(child);
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each([
  [['--port', 'http'], '--port must be a whole number'],
  [['--rows', 'Contact'], '--rows must be a whole number'],
  [['--rows', 'Nope=1'], "rows names 'Nope'"],
  [['--nope', '1'], '--nope'],
  [['--system', 'oracle'], '--system must be one of'],
  [['--system', 'dataverse', '--rows', 'Contact=1'], "rows names 'Contact'"],
  [['--system', 'dataverse', '--bulk-job-ms', '1'], '--bulk-job-ms means nothing'],
])('flags %j are refused', async (flags, message) => {
  const child = run(flags);
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(errors).toContain(message);
});

test('killed and started again, it has the same rows, ids, stamps, clock and credentials', async () => {
  const journal = join(folder, 'journal.jsonl');
  const flags = ['--rows', 'Contact=500', '--seed', '9', '--journal', journal];
  const first = run(flags);
  const before = await ready(first);
  const client = await connect(before);
  await client.control('/mutate', {
    object: 'Contact',
    update: 40,
    insert: 7,
    delete: 3,
    set: { Title: 'Bad "row"' },
  });
  await client.control('/fault', { kind: 'lateCommit', seconds: 60 });
  await client.control('/mutate', { object: 'Contact', update: 5 });
  await client.control('/clock', { now: '2026-12-24T18:00:00Z' });
  await client.control('/mutate', { object: 'Contact', update: 5, delete: 5 });
  const job = await client.finishedJob('SELECT Id FROM Contact');
  const rows = await rowsOf(before.url);
  first.kill('SIGKILL');
  await once(first, 'exit');

  const after = await ready(run(flags));
  expect(after.credentials).toEqual(before.credentials);
  expect(await rowsOf(after.url)).toBe(rows);
  const again = await connect(after);
  expect(await again.state()).toMatchObject({ now: '2026-12-24T18:00:00.000Z' });
  expect((await again.get(`${API}/jobs/query/${job.id}`)).status).toBe(404);
  expect((await stat(journal)).mode & 0o777).toBe(0o600);
});

test('a journal line cut off by a kill is dropped; other damage and another seed are told', async () => {
  const journal = join(folder, 'journal.jsonl');
  const flags = ['--rows', 'Contact=100', '--journal', journal];
  const first = run(flags);
  const { url, credentials } = await ready(first);
  await (await connect({ url, credentials })).control('/mutate', { object: 'Contact', insert: 1 });
  const rows = await rowsOf(url);
  first.kill('SIGKILL');
  await once(first, 'exit');
  const whole = await readFile(journal, 'utf8');
  await appendFile(journal, '{"kind":"mutation","mut');

  const second = run(flags);
  expect(await rowsOf((await ready(second)).url)).toBe(rows);
  expect(await readFile(journal, 'utf8')).toBe(whole);
  second.kill('SIGKILL');

  const other = run([...flags, '--seed', '2']);
  expect((await once(other, 'close'))[0]).toBe(1);
  await appendFile(journal, 'nonsense\n');
  const damaged = run(flags);
  const said = damaged.stderr === null ? [''] : await once(damaged.stderr, 'data');
  expect(String(said[0])).toContain('Line 3 of the journal');
});

test('a million rows stream from a process that could not hold them', async () => {
  const child = run(['--rows', 'Contact=1000000', '--bulk-job-ms', '0'], {
    execArgv: ['--max-old-space-size=48'],
  });
  const client = await connect(await ready(child));
  const columns =
    'Id, Name, Email, Title, Phone, MailingCity, OwnerId, AccountId, CreatedDate, SystemModstamp';
  const { id } = await client.finishedJob(`SELECT ${columns} FROM Contact`);
  const peak = async () => Number((await client.state()).peakMemoryBytes);
  const before = await peak();
  const response = await client.get(`${API}/jobs/query/${id}/results?maxRecords=1000000`);
  expect(response.headers.get('sforce-numberofrecords')).toBe('1000000');
  expect(response.headers.get('sforce-locator')).toBe('null');
  let [bytes, lines] = [0, 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  expect(lines).toBe(1_000_001);
  expect(bytes).toBeGreaterThan(200_000_000);
  expect((await peak()) - before).toBeLessThan(bytes / 2);
}, 120_000);
