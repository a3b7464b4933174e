import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { parseHeader, readHeader } from './csv-header.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-header-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const path = join(folder, `${Math.random()}.csv`);
  writeFileSync(path, text);
  return path;
}

describe('the header row of a CSV file', () => {
  test.each([
    ['bare names', 'Id,Name\n1,x\n', ['Id', 'Name']],
    ['CRLF line ends', 'Id,Name\r\n1,x\r\n', ['Id', 'Name']],
    ['quoted names', '"Id","Na,me","Na""me","Na\nme"\n', ['Id', 'Na,me', 'Na"me', 'Na\nme']],
    ['a byte order mark', '\uFEFF"Id",Name\n', ['Id', 'Name']],
    ['an empty name', 'Id,\n', ['Id', '']],
  ])('is read with %s', async (_, text, names) => {
    expect(await readHeader(fileWith(text))).toEqual(names);
  });

  test('is undefined for a file without a byte', async () => {
    expect(await readHeader(fileWith(''))).toBeUndefined();
  });

  test.each(['Id,Name', '"Id","Na', '"Id","Name"'])(
    'is refused where it has no line end: %s',
    async (text) => {
      await expect(readHeader(fileWith(text))).rejects.toMatchObject({ kind: 'unreadable' });
    },
  );

  test('is read whole where it is longer than the first read', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `Column ${index} é`);
    expect(await readHeader(fileWith(`${names.join(',')}\n1\n`))).toEqual(names);
  });

  test('is refused where it does not end within a MiB', async () => {
    const endless = fileWith(`"${'x'.repeat(2 * 1024 * 1024)}`);
    await expect(readHeader(endless)).rejects.toMatchObject({ kind: 'unreadable' });
  });

  test('gives back any names that were written by the rules of RFC 4180', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' ', '漢') });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        const text = `${names.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')}\nnext`;
        expect(parseHeader(text)).toEqual(names);
      }),
    );
  });
});
