import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DataverseEmulator, startDataverseEmulator } from '../packages/emulators/src/index.ts';
import { landedRows, landings } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { type Crm, type Walk, walkTutorial } from './tutorial.ts';

/** Several pages of 5,000 rows. */
const CONTACTS = 12_000;
const FLOW = '/data/foundation/flowservice';
const server = new ServerUnderTest({ TRIBUTARY_LOG: 'off' });
let emulator: DataverseEmulator;
let crm: Crm;

beforeAll(async () => {
  emulator = await startDataverseEmulator({ rows: { contact: CONTACTS, account: 400, lead: 20 } });
  const { clientId, clientSecret } = emulator.credentials;
  crm = {
    connectionSpecId: '38ad80fe-8b06-4938-94f4-d4ee80266b07',
    auth: {
      specName: 'Service Principal Key Based Authentication',
      params: { serviceUri: emulator.url, servicePrincipalId: clientId, servicePrincipalKey: clientSecret },
    },
    table: 'contact',
    deltaColumn: 'modifiedon',
    columnNames: { first_name: 'firstname', last_name: 'lastname', email: 'emailaddress1' },
  };
  await server.start();
});
afterAll(async () => {
  await server.dispose();
  await emulator.close();
});

/** Asks the emulator's control API. */
async function control(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${emulator.url}/__emulator${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  // The control API answers with objects.
  return (await answer.json()) as Record<string, unknown>;
}

async function rowsOfTheSource(table: string): Promise<readonly Record<string, unknown>[]> {
  const lines = await (await fetch(`${emulator.url}/__emulator/rows?object=${table}`)).text();
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Rows as texts, in an order of their own. */
function texts(rows: readonly (readonly unknown[])[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row.map((value) => value ?? null))).sort();
}

test('the tutorial’s walk lands every contact as the source has it', async () => {
  const walk = await walkTutorial(server, 'Dynamics', { crm });
  const explored = await server.call(
    'GET',
    `${FLOW}/connections/${walk.connectionId}/explore?objectType=root`,
  );
  expect(explored.body.map(({ path }: { path: string }) => path)).toContain('contact');
  const run = await server.runsEnded(walk.flowId, 1);
  expect(run.metrics).toMatchObject({
    statusSummary: { status: 'success', errors: [] },
    recordSummary: { inputRecordCount: CONTACTS, outputRecordCount: CONTACTS, failedRecordCount: 0 },
  });
  const landed = (await landedRows(server, walk.dataSetId)).map(({ person, personalEmail }) => [
    person?.name?.firstName,
    person?.name?.lastName,
    personalEmail?.address,
  ]);
  const source = (await rowsOfTheSource('contact')).map((row) => [
    row.firstname,
    row.lastname,
    row.emailaddress1,
  ]);
  expect(texts(landed)).toEqual(texts(source));
});

test('labels of choices, names of lookups and money land by the names that the description gives', async () => {
  const walk = await walkTutorial(server, 'Dynamics labels', {
    crm,
    mappings: [
      ['contactid', '_id'],
      ['leadsourcecodename', 'person.name.firstName'],
      ['parentcustomeridname', 'person.name.lastName'],
      ['concat(annualincome, "")', 'person.name.middleName'],
    ],
  });
  await server.runsEnded(walk.flowId, 1);
  const landed = new Map(
    (await landedRows(server, walk.dataSetId)).map((row) => [row._id, row.person?.name]),
  );
  const source = await rowsOfTheSource('contact');
  expect(landed.size).toBe(source.length);
  for (const row of source) {
    const name = landed.get(row.contactid);
    expect(name?.firstName != null, String(row.contactid)).toBe(row.leadsourcecode !== null);
    expect(name?.lastName != null).toBe(row._parentcustomerid_value !== null);
    if (row.annualincome !== null) expect(Number(name?.middleName)).toBe(row.annualincome);
  }
  expect([...landed.values()].some((name) => name?.firstName === 'Employee Referral')).toBe(true);
});

test('money keeps every digit, beyond what a number can hold', async () => {
  const exact = '922337203685477.5807';
  const { inserted } = await control('POST', '/mutate', {
    object: 'lead',
    insert: 1,
    set: { revenue: exact },
  });
  const walk = await walkTutorial(server, 'Dynamics money', {
    crm: { ...crm, table: 'lead' },
    mappings: [
      ['leadid', '_id'],
      ['concat(revenue, "")', 'person.name.lastName'],
    ],
  });
  await server.runsEnded(walk.flowId, 1);
  const [id] = Array.isArray(inserted) ? inserted : [];
  const landed = (await landedRows(server, walk.dataSetId)).find(({ _id }) => _id === id);
  expect(landed?.person?.name?.lastName).toContain(exact);
});

describe('no row is lost and none lands twice', { timeout: 300_000 }, () => {
  let walk: Walk;
  let ended = 1;
  let expected: Map<string, number>;
  beforeAll(async () => {
    const mappings = [
      ['contactid', '_id'],
      ['lastname', 'person.name.lastName'],
    ] as const;
    walk = await walkTutorial(server, 'Dynamics faults', { crm, mappings });
    await server.runsEnded(walk.flowId, 1);
    expected = await landings(server, walk.dataSetId);
  });

  /** Changes rows, runs the flow while the fault is armed, and holds the lake against what must be there. */
  async function runUnder(fault: Readonly<Record<string, unknown>>, update: number) {
    // Stamps have whole seconds: a second change within one second may leave what is read as it was.
    await pause(1_000);
    if (fault.kind === 'lateCommit') await control('POST', '/fault', fault);
    const { updated } = await control('POST', '/mutate', { object: 'contact', update });
    if (!Array.isArray(updated)) throw new Error('expected ids');
    for (const id of updated) expected.set(id, (expected.get(id) ?? 0) + 1);
    if (fault.kind !== 'lateCommit') await control('POST', '/fault', fault);
    const started = await server.call('POST', `${FLOW}/runs`, { body: { flowId: walk.flowId } });
    expect(started.status).toBe(201);
    ended += 1;
    const run = await server.runsEnded(walk.flowId, ended, 90_000);
    await control('DELETE', '/fault');
    expect(run.metrics.statusSummary, JSON.stringify(run.metrics.statusSummary)).toMatchObject({
      status: 'success',
    });
    expect(run.metrics.recordSummary.outputRecordCount).toBe(update);
    const landed = await landings(server, walk.dataSetId);
    const differing = [...new Set([...landed.keys(), ...expected.keys()])].filter(
      (id) => landed.get(id) !== expected.get(id),
    );
    expect(differing).toEqual([]);
  }

  test.each([
    ['answers 429 and says when to come back', { kind: 'serviceProtection', retryAfter: 1 }, 150],
    ['answers 503', { kind: 'status', status: 503, times: 2 }, 150],
    ['ends the token', { kind: 'expireToken', path: 'contacts' }, 150],
    [
      'breaks the connection in mid-body',
      { kind: 'reset', afterBytes: 9_000, times: 2, path: 'select=' },
      300,
    ],
    ['cuts a page short without notice', { kind: 'truncate', afterBytes: 9_000, path: 'skiptoken' }, 11_000],
    ['no longer takes its own link', { kind: 'expirePagingCookie' }, 11_000],
    ['drips', { kind: 'slow', chunkBytes: 4_096, delayMs: 5, times: 3, path: 'select=' }, 150],
    ['commits rows with stamps of before', { kind: 'lateCommit', seconds: 30 }, 150],
  ])('when Dataverse %s', async (_what, fault, update) => {
    await runUnder(fault, update);
  });
});

describe('a mirror of a table that tracks changes ends equal to it, row by row', { timeout: 300_000 }, () => {
  let walk: Walk;
  let ended = 0;
  beforeAll(async () => {
    const mappings = [
      ['accountid', '_id'],
      ['name', 'person.name.lastName'],
      ['telephone1', 'person.name.middleName'],
    ] as const;
    const accounts = { ...crm, table: 'account' };
    walk = await walkTutorial(server, 'Dynamics mirror', { crm: accounts, mappings, mode: 'mirror' });
    await nextRun();
  });

  /** Waits for the run that is under way, and shows it. */
  async function nextRun() {
    ended += 1;
    const run = await server.runsEnded(walk.flowId, ended, 90_000);
    await control('DELETE', '/fault');
    expect(run.metrics.statusSummary, JSON.stringify(run.metrics.statusSummary)).toMatchObject({
      status: 'success',
    });
    return run;
  }

  async function runAfter(mutation: object | undefined, fault: object | undefined) {
    if (mutation !== undefined) await control('POST', '/mutate', { object: 'account', ...mutation });
    if (fault !== undefined) await control('POST', '/fault', fault);
    const started = await server.call('POST', `${FLOW}/runs`, { body: { flowId: walk.flowId } });
    expect(started.status).toBe(201);
    return nextRun();
  }

  async function expectEqual() {
    const landed = (await landedRows(server, walk.dataSetId)).map(({ _id, person }) => [
      _id,
      person?.name?.lastName,
      person?.name?.middleName,
    ]);
    const source = (await rowsOfTheSource('account')).map((row) => [row.accountid, row.name, row.telephone1]);
    expect(texts(landed)).toEqual(texts(source));
  }

  test('after its first run', expectEqual);

  test.each([
    ['rows have changed, come and gone', { update: 100, insert: 30, delete: 60 }, undefined],
    ['nothing has changed', undefined, undefined],
    [
      'rows bear stamps of long before',
      { update: 50, delete: 5, set: { modifiedon: '2001-01-01T00:00:00Z' } },
      undefined,
    ],
    [
      'Dataverse answers 429 and says when to come back',
      { update: 50, delete: 5 },
      { kind: 'serviceProtection', limit: 'executionTime', retryAfter: 1, path: 'deltatoken' },
    ],
    [
      'Dataverse cuts its changes short',
      { update: 100, insert: 10, delete: 30 },
      { kind: 'truncate', afterBytes: 9_000, path: 'deltatoken', skip: 1 },
    ],
    [
      'the token ends between plan and page',
      { update: 50, insert: 10, delete: 20 },
      { kind: 'expireDeltaToken', skip: 1 },
    ],
  ])('when %s', async (_what, mutation, fault) => {
    await runAfter(mutation, fault);
    await expectEqual();
  });

  test('when the server is killed while the changes arrive, and started again', async () => {
    await control('POST', '/mutate', { object: 'account', update: 100, insert: 10, delete: 20 });
    // The page drips, and for much longer than it takes to see it, so that the kill falls into its middle; the
    // request before it proves the token.
    const drip = { kind: 'slow', chunkBytes: 64, delayMs: 100, path: 'deltatoken', skip: 1 };
    await control('POST', '/fault', drip);
    await server.call('POST', `${FLOW}/runs`, { body: { flowId: walk.flowId } });
    const isReading = async () => !JSON.stringify((await control('GET', '/state')).faults).includes('slow');
    while (!(await isReading())) await pause(20);
    expect(await server.end('SIGKILL')).toBe('SIGKILL');
    await server.start();
    const run = await nextRun();
    expect(run.metrics.statusSummary.extensions.attempt).toBeGreaterThan(1);
    await expectEqual();
    await runAfter({ update: 5, delete: 5 }, undefined);
    await expectEqual();
  });

  test('when its token is too old: all rows are read, and the run says so', async () => {
    const run = await runAfter({ update: 50, insert: 10, delete: 20 }, { kind: 'expireDeltaToken' });
    expect(run.metrics.statusSummary.extensions.notices).toContainEqual(
      expect.objectContaining({ code: 'FULL_READ' }),
    );
    await expectEqual();
    await runAfter({ update: 5, delete: 5 }, undefined);
    await expectEqual();
  });
});
