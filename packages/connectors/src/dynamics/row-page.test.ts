import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PageEnd, rowPage } from './row-page.ts';

/** The bytes of a text in pieces of these sizes, taken in turn. */
async function* piecesOf(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function readPage(text: string, sizes: readonly number[] = [65_536]) {
  const ends: PageEnd[] = [];
  const pieces: Uint8Array[] = [];
  for await (const piece of rowPage(piecesOf(text, sizes), async (end) => void ends.push(end)))
    pieces.push(piece);
  return { text: Buffer.concat(pieces).toString('utf8'), ends };
}

const link = 'https://org.crm.dynamics.com/api/data/v9.2/contacts?$skiptoken=%3Ccookie%20page=%222%22/%3E';
const anyRow = fc.record({
  '@odata.etag': fc.string(),
  text: fc.oneof(
    fc.string(),
    fc.constantFrom(']}', '"@odata.etag":', '"value":[', ',"@odata.nextLink":"x"}', '\\"@odata.etag":', ']'),
  ),
});
const anyDeletion = fc.record({
  '@odata.context': fc.constant(
    'https://org.crm.dynamics.com/api/data/v9.2/$metadata#contacts/$deletedEntity',
  ),
  id: fc.uuid(),
  reason: fc.constantFrom('deleted', '"@odata.context":'),
});
const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

test('a page goes through byte for byte and tells its rows and its link, however it is cut into pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(anyRow, anyDeletion), { maxLength: 6 }),
      fc.record(
        { '@odata.context': fc.constant('x'), '@odata.deltaLink': fc.constant(link) },
        { requiredKeys: [] },
      ),
      fc.record({ '@odata.nextLink': fc.constant(link) }, { requiredKeys: [] }),
      anySizes,
      async (value, before, after, sizes) => {
        const text = JSON.stringify({ ...before, value, ...after });
        const end = {
          nextLink: after['@odata.nextLink'],
          deltaLink: before['@odata.deltaLink'],
          rows: value.length,
        };
        expect(await readPage(text, sizes)).toEqual({ text, ends: [end] });
      },
    ),
  );
});

test('a page that is cut off anywhere is never told to have ended, but for where its rows could end too', async () => {
  const value = [1, 2].map((n) => ({ '@odata.etag': `W/"${n}"`, lastname: `Name ${n}` }));
  const whole = JSON.stringify({ '@odata.context': 'x', value, '@odata.nextLink': link });
  for (let length = 1; length < whole.length; length++) {
    await expect(readPage(whole.slice(0, length), [7]), whole.slice(0, length)).rejects.toThrow();
  }
});

test('a link may stand before the rows', async () => {
  const text = JSON.stringify({
    '@odata.context': 'x',
    '@odata.nextLink': link,
    value: [{ '@odata.etag': 'a' }],
  });
  expect((await readPage(text)).ends).toEqual([{ nextLink: link, rows: 1 }]);
});

test('rows without etags are not counted', async () => {
  expect((await readPage('{"value":[{"name":"x"}]}')).ends).toEqual([
    { nextLink: undefined, rows: undefined },
  ]);
  expect((await readPage('{"value":[ ]}')).ends).toEqual([{ nextLink: undefined, rows: 0 }]);
});

describe('what is no page of rows', () => {
  test.each(['<html></html>', 'busy', `<${'x'.repeat(200_000)}`])('is unexpected: %#', async (text) => {
    await expect(readPage(text)).rejects.toMatchObject({ kind: 'busy', code: 'UNEXPECTED_ANSWER' });
  });

  test.each(['', '{', '{"value":', '{"error":{"code":"x"}}'])(
    'may come whole another time: %j',
    async (text) => {
      const reading = readPage(text);
      await expect(reading).rejects.toThrow(text === '' ? /a page of rows/ : /cut off/);
    },
  );
});
