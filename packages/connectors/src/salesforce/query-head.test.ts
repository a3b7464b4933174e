import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitHead } from './query-head.ts';

const next = '/services/data/v60.0/query/0r8xx0000000001AAA-2000';
const records = [{ Id: '1', Name: 'a "records": [ß' }];

describe('the head of a page', () => {
  test.each([
    [
      { totalSize: 1, done: true, records },
      { totalSize: 1, done: true, nextRecordsUrl: undefined },
    ],
    [
      { totalSize: 4000, done: false, nextRecordsUrl: next, records },
      { totalSize: 4000, done: false, nextRecordsUrl: next },
    ],
    [
      { totalSize: 0, done: true, records: [] },
      { totalSize: 0, done: true, nextRecordsUrl: undefined },
    ],
  ])('is read, and the page stays whole, however it is cut: %j', async (page, head) => {
    const bytes = Buffer.from(JSON.stringify(page));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 })), async (sizes) => {
        const split = await splitHead(pieces(bytes, sizes));
        expect(split.head).toEqual(head);
        expect(Buffer.concat(await collect(split.body))).toEqual(bytes);
      }),
    );
  });

  test('may be written with spaces and lines', async () => {
    const { head } = await splitHead(
      pieces(Buffer.from(JSON.stringify({ totalSize: 1, done: true, records }, null, 2)), []),
    );
    expect(head.totalSize).toBe(1);
  });

  test.each([
    ['{"records":[],"totalSize":0,"done":true}', 'rows come first'],
    ['{"totalSize":1,"records":[]}', 'done is missing'],
    ['{"totalSize":1,"done":false,"records":[]}', 'there is no way on'],
    ['{"totalSize":1,"done":tr', 'it is cut off'],
    ['<html>', 'it is no JSON'],
    [' '.repeat(100_000), 'it does not come'],
  ])('that is not as it must be is refused: %s (%s)', async (text) => {
    await expect(splitHead(pieces(Buffer.from(text), []))).rejects.toMatchObject({
      kind: 'busy',
      code: 'UNEXPECTED_ANSWER',
    });
  });
});

/** Cuts bytes into pieces of the sizes given, and what remains. */
async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) return;
    yield bytes.subarray(at, at + size);
    at += size;
  }
  if (at < bytes.length) yield bytes.subarray(at);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const collected: Uint8Array[] = [];
  for await (const piece of body) collected.push(piece);
  return collected;
}
