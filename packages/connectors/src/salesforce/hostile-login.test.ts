import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Answer,
  API,
  json,
  type Script,
  ScriptedOrg,
  SECRET,
  TOKEN_PATH,
  text,
} from './scripted-org.test-kit.ts';

const SOAP_PATH = '/services/Soap/u/60.0';
const HTML = '<!doctype html><title>Log in</title><form></form>';

const orgs: ScriptedOrg[] = [];
afterEach(async () => {
  for (const org of orgs.splice(0)) await org.close();
});

async function orgOf(script: Script): Promise<ScriptedOrg> {
  const org = await ScriptedOrg.start(script);
  orgs.push(org);
  return org;
}

/** What a login is told that is answered so. */
async function failureOf(login: 'oauth' | 'soap', answer: Answer): Promise<unknown> {
  const org = await orgOf({ [login === 'oauth' ? TOKEN_PATH : SOAP_PATH]: answer });
  const failure: unknown = await org
    .source(login, { outbound: { maxTextBytes: 100_000, retry: { attempts: 2, baseDelayMs: 1 } } })
    .check()
    .catch((error: unknown) => error);
  expect(String(failure)).not.toContain(SECRET);
  return failure;
}

const hint = expect.stringContaining('is environmentUrl right?');

describe('a login answered', () => {
  test.each(['oauth', 'soap'] as const)('with a page for people is refused: %s', async (login) => {
    const page = text(200, HTML, { 'content-type': 'text/html' });
    expect(await failureOf(login, page)).toMatchObject({ kind: 'refused', message: hint });
  });

  test('with an error under status 200 tells that error: oauth', async () => {
    const answer = json({ error: 'invalid_grant', error_description: 'user is frozen' });
    expect(await failureOf('oauth', answer)).toMatchObject({
      kind: 'refused',
      code: 'invalid_grant',
      message: expect.stringContaining('user is frozen'),
    });
  });

  test('with a fault under status 200 tells that fault: soap', async () => {
    const fault =
      '<E><Fault><faultcode>sf:INVALID_LOGIN</faultcode><faultstring>no such user</faultstring></Fault></E>';
    expect(await failureOf('soap', text(200, fault))).toMatchObject({
      kind: 'refused',
      code: 'INVALID_LOGIN',
      message: expect.stringContaining('no such user'),
    });
  });

  test.each(['oauth', 'soap'] as const)(
    'with a redirect to another host names that host, and nothing is sent there: %s',
    async (login) => {
      const other = await orgOf({});
      const redirect = text(307, '', { location: `${other.url}/elsewhere?x=${SECRET}` });
      expect(await failureOf(login, redirect)).toMatchObject({
        kind: 'refused',
        code: 'NOT_ALLOWED',
        message: expect.stringMatching(`redirected to ${other.url},.*is environmentUrl right`),
      });
      expect(other.requests).toEqual([]);
    },
  );

  test.each([
    'http://169.254.169.254/',
    'http://[::ffff:169.254.169.254]:80/latest',
    'http://metadata.google.internal/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:alert(1)',
    'no URL',
  ])('with an instance that may not be reached is refused: %s', async (instanceUrl) => {
    const grant = json({ access_token: 'x', instance_url: instanceUrl });
    expect(await failureOf('oauth', grant)).toMatchObject({ kind: 'refused' });
    const soap = text(200, `<a><serverUrl>${instanceUrl}</serverUrl><sessionId>x</sessionId></a>`);
    expect(await failureOf('soap', soap)).toMatchObject({ kind: 'refused' });
  });

  test('with a token that is no token is refused', async () => {
    const grant = json({ access_token: 'x\r\nHost: evil.example', instance_url: 'http://127.0.0.1:9' });
    expect(await failureOf('oauth', grant)).toMatchObject({ kind: 'refused', message: hint });
  });

  test.each(['oauth', 'soap'] as const)('without an end is not read to its end: %s', async (login) => {
    expect(await failureOf(login, endless)).toMatchObject({ kind: 'invalid', code: 'TOO_LARGE' });
  });

  test.each(['oauth', 'soap'] as const)('with a gzip bomb is not inflated: %s', async (login) => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const answer: Answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    expect(await failureOf(login, answer)).toMatchObject({ kind: 'refused', message: hint });
  });

  test.each([
    ['oauth', '{"access_token":"00D!x","instance_'],
    ['soap', '<Envelope><serverUrl>http://127.0.0.1:9</serverUrl><sessionId>00D'],
  ] as const)('with half a document is refused: %s', async (login, half) => {
    expect(await failureOf(login, text(200, half))).toMatchObject({ kind: 'refused', message: hint });
  });

  test('with entities of its own expands none and reads no file', async () => {
    const soap = [
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY a "aaaaaaaaaa">',
      ...'bcdefghi'.split('').map((name, n) => `<!ENTITY ${name} "${`&${'abcdefghi'[n]};`.repeat(10)}">`),
      ']><a><serverUrl>http://127.0.0.1:9/&f;</serverUrl><sessionId>&i;</sessionId></a>',
    ].join('');
    const failure = await failureOf('soap', text(200, soap));
    expect(failure).toMatchObject({ kind: 'busy', code: 'CONNECTION' });
    expect(String(failure).length).toBeLessThan(200);
  });

  test('with tags that never close costs no more than its length', async () => {
    const before = process.cpuUsage();
    expect(await failureOf('soap', text(200, '<sessionId '.repeat(9000)))).toMatchObject({ kind: 'refused' });
    // Of computing: on a machine that has others to serve the clock tells nothing.
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });

  test.each(['constructor', '__proto__', 'toString'])('with the error %s is refused', async (error) => {
    const answer: Answer = (response) => response.writeHead(400).end(JSON.stringify({ error }));
    expect(await failureOf('oauth', answer)).toMatchObject({ kind: 'refused', code: error });
  });
});

test('a caller that gives up does not wait for the login', async () => {
  const org = await orgOf({ [TOKEN_PATH]: () => undefined });
  const controller = new AbortController();
  const gone = new Error('gone');
  const waiting = org.source().check(controller.signal);
  setImmediate(() => controller.abort(gone));
  await expect(waiting).rejects.toBe(gone);
});

test('one caller that gives up leaves the login to the others', async () => {
  let answer: (() => void) | undefined;
  const begun = Promise.withResolvers<void>();
  const org = await orgOf({
    [TOKEN_PATH]: (response, url, request) => {
      answer = () => json({ access_token: '00D!x', instance_url: url.origin })(response, url, request);
      begun.resolve();
    },
  });
  const source = org.source();
  const controller = new AbortController();
  const [first, second] = [source.check(controller.signal), source.check()];
  await begun.promise;
  controller.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  answer?.();
  await second;
  expect(org.requests).toEqual([`POST ${TOKEN_PATH}`, `GET ${API}`]);
});

test('a page for people in the place of the API does not pass for a check', async () => {
  const org = await orgOf({ [API]: text(200, HTML, { 'content-type': 'text/html' }) });
  await expect(org.source().check()).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
});

/** Writes as long as somebody reads. */
const endless: Answer = (response) => {
  const write = () => {
    while (response.write('x'.repeat(10_000)));
  };
  response.on('drain', write);
  write();
};
