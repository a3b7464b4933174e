import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EmulatedOrg, idsOf, readAll } from './emulated-org.test-kit.ts';

const whole = { table: 'Contact', columns: ['Id', 'Email'], window: undefined };

let org: EmulatedOrg;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  org = new EmulatedOrg(
    await startSalesforceEmulator({ rows: { Contact: 2500 }, latency: { bulkJobMs: 5 } }),
  );
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => org.close());

describe('a read of many rows', () => {
  test.each([
    'EXCEEDEDQUOTA',
    'ExceededQuota',
    'LIMIT_EXCEEDED',
    'FeatureNotEnabled',
    'API_DISABLED_FOR_ORG',
  ])('goes by REST, and says so, where bulk jobs are refused with %s', async (code) => {
    const front = await frontWith(/\/jobs\/query/, 400, code);
    const { partitions, sink } = await readAll(org.source({ bulkFromRows: 1 }, front), whole);
    expect(partitions).toMatchObject([
      { announcedRows: 2500, state: { api: 'rest' }, notice: expect.stringContaining(`(${code})`) },
    ]);
    expect(idsOf(sink).sort()).toEqual(await org.ids('Contact'));
  });

  test('fails where the job is refused for another reason', async () => {
    const front = await frontWith(/\/jobs\/query/, 400, 'MALFORMED_QUERY');
    await expect(org.source({ bulkFromRows: 1 }, front).plan(whole)).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  test('goes by bulk job where they cannot be counted in time', async () => {
    const front = await frontWith(/COUNT/, 400, 'QUERY_TIMEOUT');
    const { partitions, sink } = await readAll(org.source({}, front), whole);
    expect(partitions).toMatchObject([{ state: { api: 'bulk' } }]);
    expect(partitions[0]?.announcedRows).toBeUndefined();
    expect(idsOf(sink).sort()).toEqual(await org.ids('Contact'));
  });
});

describe('names that are not in the description', () => {
  test.each([
    { ...whole, columns: ['Id FROM User'] },
    { ...whole, columns: ["Id', (SELECT Id FROM Cases)"] },
    { ...whole, columns: ['MailingAddress'] },
    { ...whole, columns: [] },
    { ...whole, window: windowOn('SystemModstamp > 1970-01-01T00:00:00Z OR Id') },
    { ...whole, window: windowOn('Email') },
  ])('are never asked for: %j', async (request) => {
    const before = await org.requests(/query/);
    await expect(org.source().plan(request)).rejects.toMatchObject({ kind: 'invalid' });
    expect(await org.requests(/query/)).toBe(before);
  });
});

function windowOn(column: string) {
  return { column, after: undefined, upTo: new Date('2030-01-01T00:00:00Z') };
}

/** The emulator behind a front that answers some paths with an error of its own. */
async function frontWith(path: RegExp, status: number, errorCode: string): Promise<string> {
  let url = '';
  const server = createServer(async (request, response) => {
    if (path.test(request.url ?? '')) {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify([{ errorCode, message: 'as asked' }]));
      return;
    }
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const answer = await fetch(org.url + request.url, {
      method: request.method ?? 'GET',
      headers: { authorization, ...(type === '' ? {} : { 'content-type': type }) },
      ...(request.method === 'POST' ? { body: Buffer.concat(await request.toArray()) } : {}),
    });
    const headers = [...answer.headers].filter(([name]) => /^(sforce|content-type)/.test(name));
    response.writeHead(answer.status, Object.fromEntries(headers));
    // The token names the emulator as its instance: calls shall come by here.
    response.end((await answer.text()).replaceAll(org.url, url));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an address of this shape.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return url;
}
