import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { OutboundClient, type OutboundOptions } from './client.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, call: number) => void;

const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 2, maxRetryAfterMs: 1000 };
const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('a request', () => {
  test.each([429, 500, 503])('that is answered with %i is repeated, as often as agreed', async (status) => {
    const { url, calls } = await serve((_, response, call) =>
      response.writeHead(call < 3 ? status : 200).end('ok'),
    );
    expect(await get(client(), url)).toMatchObject({ ok: true, text: 'ok' });
    expect(calls()).toBe(3);
  });

  test('keeps the last answer when it is never a good one', async () => {
    const { url, calls } = await serve((_, response) => response.writeHead(503).end('full'));
    expect(await get(client(), url)).toMatchObject({ ok: false, status: 503, text: 'full' });
    expect(calls()).toBe(3);
  });

  test('that the host asks to hold back for long fails at once', async () => {
    const { url, calls } = await serve((_, response) =>
      response.writeHead(429, { 'retry-after': '60' }).end(),
    );
    expect(await get(client(), url)).toMatchObject({ ok: false, status: 429 });
    expect(calls()).toBe(1);
  });

  test('is sent again when the connection breaks, in mid-answer as well', async () => {
    const { url, calls } = await serve((request, response, call) => {
      if (call === 1) request.socket.resetAndDestroy();
      else if (call === 2) breakOff(response);
      else response.end('whole');
    });
    expect(await get(client(), url)).toMatchObject({ ok: true, text: 'whole' });
    expect(calls()).toBe(3);
  });

  test('is sent once only where twice could do harm', async () => {
    const { url, calls } = await serve((_, response) => response.writeHead(503).end());
    const answer = await client().text({ method: 'POST', url, body: 'x', idempotent: false });
    expect(answer.status).toBe(503);
    expect(calls()).toBe(1);
  });

  test('is not repeated when it is wrong', async () => {
    const { url, calls } = await serve((_, response) => response.writeHead(400).end('wrong'));
    expect(await get(client(), url)).toMatchObject({ ok: false, status: 400, text: 'wrong' });
    expect(calls()).toBe(1);
  });

  test('ends when the caller gives up', async () => {
    const { url } = await serve(() => undefined);
    const controller = new AbortController();
    const waiting = client().text({ method: 'GET', url, idempotent: true, signal: controller.signal });
    const gone = new Error('gone');
    controller.abort(gone);
    await expect(waiting).rejects.toBe(gone);
  });
});

describe('limits', () => {
  test('a host that does not answer is given up', async () => {
    const { url } = await serve(() => undefined);
    const impatient = client({ headersTimeoutMs: 20, retry: { attempts: 1 } });
    await expect(get(impatient, url)).rejects.toMatchObject({ reason: 'timeout' });
  });

  test('a body that does not go on is given up', async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { 'content-length': '10' }).write('12345'),
    );
    const impatient = client({ bodyIdleTimeoutMs: 20, retry: { attempts: 1 } });
    await expect(get(impatient, url)).rejects.toMatchObject({ reason: 'timeout' });
  });

  test.each([200, 500])('an answer that drips is given up, whatever its status: %i', async (status) => {
    const { url } = await serve((_, response) => {
      response.writeHead(status);
      const drip = setInterval(() => response.write('.'), 5);
      response.on('close', () => clearInterval(drip));
    });
    const impatient = client({ textTimeoutMs: 50, retry: { attempts: 1 } });
    await expect(get(impatient, url)).rejects.toMatchObject({ reason: 'timeout' });
  });

  test('a head that drips is given up', async () => {
    const { url } = await serve((request) => {
      request.socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => request.socket.write('x: y\r\n'), 5);
      request.socket.on('close', () => clearInterval(drip));
    });
    const impatient = client({ headersTimeoutMs: 50, retry: { attempts: 1 } });
    await expect(get(impatient, url)).rejects.toMatchObject({ reason: 'timeout' });
  });

  test('an answer that is too large is not read', async () => {
    const { url, calls } = await serve((_, response) => response.end('x'.repeat(1001)));
    await expect(get(client({ maxTextBytes: 1000 }), url)).rejects.toMatchObject({ reason: 'too-large' });
    expect(calls()).toBe(1);
  });

  test('a stream is not limited in size, and a stream cut short fails', async () => {
    const { url } = await serve((_, response) => breakOff(response));
    const answer = await client({ maxTextBytes: 1 }).stream({ method: 'GET', url, idempotent: true });
    if (!answer.ok) throw new Error('expected a stream');
    await expect(answer.body.toArray()).rejects.toThrow();
  });
});

describe('the address policy', () => {
  test('holds for literal addresses and for names, and nothing is sent', async () => {
    const { url, calls } = await serve((_, response) => response.end());
    const guarded = client({ allowLoopback: false });
    await expect(get(guarded, url)).rejects.toMatchObject({ reason: 'not-allowed' });
    await expect(get(guarded, new URL(`http://localhost:${url.port}/`))).rejects.toMatchObject({
      reason: 'not-allowed',
      message: expect.stringContaining('localhost resolves to a denied address'),
    });
    expect(calls()).toBe(0);
  });

  test.each([
    'http://169.254.169.254/latest/meta-data',
    'http://0xa9fea9fe/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://metadata.google.internal/',
    'file:///etc/passwd',
  ])('denies %s', async (url) => {
    await expect(get(client(), new URL(url))).rejects.toMatchObject({ reason: 'not-allowed' });
  });

  test('lets names of this machine through where loopback is allowed', async () => {
    const { url } = await serve((_, response) => response.end('here'));
    expect(await get(client(), new URL(`http://localhost:${url.port}/`))).toMatchObject({ text: 'here' });
  });

  test('follows no redirect', async () => {
    const { url, calls } = await serve((_, response) =>
      response.writeHead(302, { location: '/other' }).end(),
    );
    await expect(get(client(), url)).rejects.toMatchObject({ reason: 'not-allowed' });
    expect(calls()).toBe(1);
  });
});

test('no error tells a header, a query or a body', async () => {
  const { url } = await serve((request) => request.socket.resetAndDestroy());
  url.search = '?token=hush';
  const failure = await client()
    .text({ method: 'POST', url, headers: { authorization: 'Bearer hush' }, body: 'hush', idempotent: true })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(`${failure} ${JSON.stringify(failure)}`).not.toContain('hush');
});

async function serve(handler: Handler): Promise<{ url: URL; calls: () => number }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    handler(request, response, calls);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an address of this shape.
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/`), calls: () => calls };
}

function breakOff(response: ServerResponse): void {
  response
    .writeHead(200, { 'content-length': '100' })
    .write('half', () => response.socket?.resetAndDestroy());
}

function client(options: OutboundOptions = {}): OutboundClient {
  const made = new OutboundClient({ ...options, retry: { ...retry, ...options.retry } });
  closing.push(() => made.close());
  return made;
}

function get(from: OutboundClient, url: URL) {
  return from.text({ method: 'GET', url, idempotent: true });
}
