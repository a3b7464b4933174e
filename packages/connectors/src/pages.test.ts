import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { MemorySink, SinkDied } from './memory-sink.test-kit.ts';
import { OutboundClient } from './outbound/client.ts';
import { type FetchPage, stagePages } from './pages.ts';
import { type Page, type Sink, SourceError } from './source.ts';

const retry = { attempts: 1, baseDelayMs: 1, maxDelayMs: 2, maxRetryAfterMs: 0 };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('pages', () => {
  test('are staged one after the other, to the one without a next', async () => {
    const { fetchPage, fetched } = await pagesOf((response, page) => response.end(`page ${page}`));
    const sink = new MemorySink();
    await stagePages(sink, 1, retry, undefined, fetchPage);
    expect(sink.pages.map(({ text }) => text)).toEqual(['page 1', 'page 2', 'page 3']);
    expect(fetched).toEqual([undefined, '2', '3']);
  });

  test('that break off are fetched again from their own locator', async () => {
    const { fetchPage, fetched } = await pagesOf((response, page, time) => {
      if (page === 2 && time < 3) breakOff(response);
      else response.end(`page ${page}`);
    });
    const sink = new MemorySink();
    await stagePages(sink, 3, retry, undefined, fetchPage);
    expect(sink.pages.map(({ text }) => text)).toEqual(['page 1', 'page 2', 'page 3']);
    expect(fetched).toEqual([undefined, '2', '2', '2', '3']);
  });

  test('that always break off are given up as busy', async () => {
    const { fetchPage, fetched } = await pagesOf((response) => breakOff(response));
    const reading = stagePages(new MemorySink(), 3, retry, undefined, fetchPage);
    await expect(reading).rejects.toMatchObject({ kind: 'busy', code: 'CONNECTION' });
    await expect(reading).rejects.toBeInstanceOf(SourceError);
    expect(fetched).toHaveLength(3);
  });

  test('begin where the sink stands', async () => {
    const { fetchPage, fetched } = await pagesOf((response, page) => response.end(`page ${page}`));
    const sink = new MemorySink();
    sink.diesAt = 1;
    await expect(stagePages(sink, 3, retry, undefined, fetchPage)).rejects.toBeInstanceOf(SinkDied);
    sink.diesAt = undefined;
    await stagePages(sink, 3, retry, undefined, fetchPage);
    expect(sink.pages.map(({ text }) => text)).toEqual(['page 1', 'page 2', 'page 3']);
    expect(fetched).toEqual([undefined, '2', '2', '3']);
  });
});

describe('a sink that fails', () => {
  test('before it reads is not asked again, and the page is let go', async () => {
    const { fetchPage, fetched, closed } = await pagesOf((response) => void response.write('endless'));
    const sink = new MemorySink();
    sink.diesAt = 0;
    await expect(stagePages(sink, 3, retry, undefined, fetchPage)).rejects.toBeInstanceOf(SinkDied);
    expect(fetched).toHaveLength(1);
    await closed();
  });

  test('within a stream made of the page is not taken for a page that broke off', async () => {
    const { fetchPage, fetched } = await pagesOf((response) => response.end('x'.repeat(1_000_000)));
    const full = new Error('no space left');
    const sink: Sink = {
      resumeFrom: undefined,
      changesUpTo: async () => {},
      stage: (page: Page) =>
        pipeline(Readable.from(page.body), new Writable({ write: (_piece, _encoding, done) => done(full) })),
    };
    await expect(stagePages(sink, 3, retry, undefined, fetchPage)).rejects.toBe(full);
    expect(fetched).toHaveLength(1);
  });
});

test('an aborted read ends with the reason it was given', async () => {
  const { fetchPage } = await pagesOf((response) => void response.write('endless'));
  const controller = new AbortController();
  const gone = new Error('gone');
  const sink: Sink = {
    resumeFrom: undefined,
    changesUpTo: async () => {},
    async stage(page: Page) {
      for await (const _ of page.body) controller.abort(gone);
    },
  };
  const reading = stagePages(sink, 3, retry, controller.signal, (locator) =>
    fetchPage(locator, controller.signal),
  );
  await expect(reading).rejects.toBe(gone);
});

/** Three pages, served by `answer(response, page, time)`; their locators are 2 and 3. */
async function pagesOf(answer: (response: ServerResponse, page: number, time: number) => void) {
  const times = new Map<number, number>();
  const closes: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    const page = Number(request.url?.slice(1));
    times.set(page, (times.get(page) ?? 0) + 1);
    closes.push(once(response, 'close'));
    answer(response, page, times.get(page) ?? 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new OutboundClient({ retry: { attempts: 1 } });
  closing.push(
    () => client.close(),
    () => server.close(),
  );
  // A server that listens on a port has an address of this shape.
  const { port } = server.address() as AddressInfo;
  const fetched: (string | undefined)[] = [];
  const fetchPage = async (locator: string | undefined, signal?: AbortSignal) => {
    fetched.push(locator);
    const page = Number(locator ?? '1');
    const url = new URL(`http://127.0.0.1:${port}/${page}`);
    const response = await client.stream({ method: 'GET', url, idempotent: true, signal });
    if (!response.ok) throw new Error('expected a page');
    const next = page < 3 ? String(page + 1) : undefined;
    return {
      page: { format: { kind: 'csv' as const }, rows: undefined, body: response.body, next },
      stream: response.body,
    };
  };
  fetchPage satisfies FetchPage;
  return { fetchPage, fetched, closed: () => Promise.all(closes) };
}

function breakOff(response: ServerResponse): void {
  response
    .writeHead(200, { 'content-length': '100' })
    .write('half', () => response.socket?.resetAndDestroy());
}
