import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bunzip2 } from './bzip2/bunzip2.ts';
import { FileFolder, textsOf } from './file-folder.test-kit.ts';
import { withLineFeeds } from './line-ends.ts';
import { wholeElements } from './whole-elements.ts';

const TEXT = 'id,name\n1,Ada\n2,Bob\n';

let folder: FileFolder;
beforeEach(() => {
  folder = new FileFolder();
});
afterEach(() => folder.remove());

/** Packs files of the folder with a program that is not ours. */
function pack(program: string, ...args: string[]): void {
  execFileSync(program, args, { cwd: folder.root, stdio: 'pipe' });
}

function readWith(properties: Record<string, unknown>, data: Record<string, unknown> = {}) {
  const source = folder.source({ data: { format: 'delimited', properties, ...data } });
  return folder.read(source).then(textsOf);
}

describe('a compressed file', () => {
  test.each([
    ['gzip', 'a.csv.gz', gzipSync(TEXT)],
    ['gzip', 'a.gzip', Buffer.concat([gzipSync('id,name\n1,Ada\n'), gzipSync('2,Bob\n')])],
    ['deflate', 'a.deflate', deflateSync(TEXT)],
    ['deflate', 'a.deflate', deflateRawSync(TEXT)],
    ['zstd', 'a.csv.zst', zstdCompressSync(TEXT)],
    ['brotli', 'a.csv.br', brotliCompressSync(TEXT)],
  ])('is read as plain: %s in %s', async (compressionType, name, content) => {
    folder.write(name, content);
    expect(await readWith({ compressionType })).toEqual({ [`/${name}`]: [TEXT] });
    // Its name tells as much.
    expect(await readWith({})).toEqual({ [`/${name}`]: [TEXT] });
  });

  test('is read as plain: bzip2', async () => {
    folder.write('a.csv', TEXT);
    pack('bzip2', 'a.csv');
    expect(await readWith({})).toEqual({ '/a.csv.bz2': [TEXT] });
  });

  test.each([
    ['gzip', 'a.gz', gzipSync(TEXT.repeat(1000)).subarray(0, 60)],
    ['gzip', 'a.gz', Buffer.from(TEXT)],
    ['zstd', 'a.zst', Buffer.from(TEXT)],
    ['brotli', 'a.br', randomBytes(400)],
    ['bzip2', 'a.bz2', Buffer.from(TEXT)],
    ['bzip2', 'a.bz2', Buffer.alloc(0)],
    ['deflate', 'a.deflate', Buffer.from([0x78, 0x9c, 0xff, 0xff])],
  ])('that is damaged is refused by its name: %s in %s', async (_type, name, content) => {
    folder.write(name, content);
    await expect(readWith({})).rejects.toMatchObject({
      kind: 'invalid',
      code: 'UNREADABLE_FILE',
      message: expect.stringContaining(`/${name}: is no `),
    });
  });

  test('may not grow beyond what is told', async () => {
    folder.write('a.gz', gzipSync(Buffer.alloc(200_000)));
    const grown = folder.source({}, { limits: { expansionFrom: 10_000, expansion: 50 } });
    await expect(folder.read(grown)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('more than 50 times its size'),
    });
    const large = folder.source({}, { limits: { plainBytes: 100_000 } });
    await expect(folder.read(large)).rejects.toThrow('larger than 100000 bytes when it is decompressed');
  });
});

describe('an archive', () => {
  beforeEach(() => {
    folder.write('a.csv', TEXT);
    folder.write('sub/b.csv', 'id,name\n3,Cid\n');
    folder.write(`sub/${'long-name-'.repeat(15)}.csv`, 'id,name\n4,Dan\n');
    folder.write('sub/.hidden', 'x');
    folder.write('empty.csv', '');
  });
  const contents = [TEXT, 'id,name\n3,Cid\n', 'id,name\n4,Dan\n', ''];

  test.each([
    ['tar', 'all.tar', ['tar', '--sort=name', '--format=gnu', '-cf', 'all.tar', 'a.csv', 'sub', 'empty.csv']],
    ['tar', 'all.tar', ['tar', '--sort=name', '--format=pax', '-cf', 'all.tar', 'a.csv', 'sub', 'empty.csv']],
    ['tarGzip', 'all.tgz', ['tar', '--sort=name', '-czf', 'all.tgz', 'a.csv', 'sub', 'empty.csv']],
    ['zipDeflate', 'all.zip', ['zip', '-qr', 'all.zip', 'a.csv', 'sub', 'empty.csv']],
  ])('gives a page for each of its files: %s', async (compressionType, name, [program = '', ...args]) => {
    pack(program, ...args);
    const source = folder.source({
      data: { format: 'delimited', properties: { compressionType } },
      params: { path: name },
    });
    const pages = (await folder.read(source).then(textsOf))[`/${name}`];
    expect(pages?.toSorted()).toEqual(contents.toSorted());
  });

  test('that is cut off, or none, is refused by its name', async () => {
    pack('zip', '-q', 'all.zip', 'a.csv');
    pack('tar', '-cf', 'all.tar', 'a.csv');
    const { readFileSync } = await import('node:fs');
    for (const name of ['all.zip', 'all.tar']) {
      const whole = readFileSync(`${folder.root}/${name}`);
      for (const content of [
        whole.subarray(0, name === 'all.tar' ? 518 : whole.length - 10),
        Buffer.from('no archive, only text'),
      ]) {
        folder.write(name, content);
        const source = folder.source({ params: { path: name } });
        await expect(folder.read(source)).rejects.toMatchObject({ code: 'UNREADABLE_FILE' });
      }
    }
  });
});

describe('bzip2', () => {
  test('gives back what the program has packed, over several blocks and streams', async () => {
    const texts = [
      Buffer.from('a'.repeat(700_000)),
      randomBytes(300_000),
      Buffer.from(Array.from({ length: 60_000 }, (_, row) => `${row},name ${row % 97}\n`).join('')),
    ];
    const packed = texts.map((text) => execFileSync('bzip2', ['-1c'], { input: text, maxBuffer: 1e8 }));
    const pieces: Uint8Array[] = [];
    const body = (async function* () {
      const all = Buffer.concat(packed);
      for (let at = 0; at < all.length; at += 10_007) yield all.subarray(at, at + 10_007);
    })();
    for await (const piece of bunzip2(body)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(Buffer.concat(texts))).toBe(true);
  });
});

describe('a text', () => {
  test.each([
    ['ISO-8859-1', Buffer.from('id,name\n1,Zoë\n', 'latin1')],
    ['windows-1252', Buffer.from([...Buffer.from('id,name\n1,Zo'), 0xeb, 0x0a])],
    ['UTF-16LE', Buffer.from('\uFEFFid,name\n1,Zoë\n', 'utf16le')],
    ['utf-8', Buffer.from('\uFEFFid,name\n1,Zoë\n', 'utf16le')],
    ['utf-8', Buffer.from('\uFEFFid,name\n1,Zoë\n')],
  ])('is staged as UTF-8 without a mark: %s', async (encoding, content) => {
    folder.write('a.csv', content);
    expect(await readWith({ encoding })).toEqual({ '/a.csv': ['id,name\n1,Zoë\n'] });
  });

  test('that is none in its encoding is refused by its name', async () => {
    folder.write('a.csv', Buffer.from([0x61, 0x00, 0xd8]));
    await expect(readWith({ encoding: 'utf-16le' })).rejects.toMatchObject({
      kind: 'invalid',
      message: '/a.csv: is no text in utf-16le; set data.properties.encoding',
    });
  });

  test.each([
    ['a,b\r\n1,2\n3,4\r5,6\r\n', 'a,b\n1,2\n3,4\n5,6\n'],
    ['a,b\r\n"1\r\n2",3\r\n', 'a,b\n"1\r\n2",3\n'],
    ['a\r\n5" pipe\r\n"x""\r\n"\r\n', 'a\n5" pipe\n"x""\r\n"\n'],
    ['a\r\n\r\nb\r', 'a\n\nb\n'],
  ])('ends its lines in line feeds: %j', async (text, expected) => {
    folder.write('a.csv', text);
    expect(await readWith({})).toEqual({ '/a.csv': [expected] });
  });

  test.each(['a,b\n1,"2\n3,4\n', 'a,b\n1,"2""\n', 'a,b\n"1\\"', 'a,b\n1,"'])(
    'in which a quote is never closed is refused by its name: %j',
    async (text) => {
      folder.write('a.csv', text);
      await expect(readWith({ escape: text.includes('\\') ? '\\' : '"' })).rejects.toMatchObject({
        kind: 'invalid',
        message: '/a.csv: a quote (") opens a field in it and is never closed',
      });
    },
  );

  test('ends its lines alike, however it is cut into pieces', async () => {
    const marks = { delimiter: ',', quote: '"', escape: '\\' };
    const normal = async (pieces: readonly string[]) => {
      const out: Uint8Array[] = [];
      const body = (async function* () {
        for (const piece of pieces) yield Buffer.from(piece);
      })();
      for await (const piece of withLineFeeds(body, marks)) out.push(piece);
      return Buffer.concat(out).toString();
    };
    const pieces = fc.array(fc.string({ unit: fc.constantFrom('\r', '\n', '"', ',', '\\', 'a') }));
    await fc.assert(
      fc.asyncProperty(pieces, async (parts) => {
        expect(await normal(parts)).toBe(await normal([parts.join('')]));
      }),
    );
  });
});

describe('a JSON file', () => {
  test.each([
    ['json-lines', '{"id":1}\r\n{"id":2}\r\n', '{"id":1} \n{"id":2} \n'],
    ['json-lines', 'oops\n{"id":2}\n', 'oops\n{"id":2}\n'],
    ['json-lines', '{"id":1}', '{"id":1}'],
    ['json-lines', 'no\nJSON\n', 'no\nJSON\n'],
    ['json-lines', `${'{"cut\n'.repeat(50)}{"id":2}\n`, `${'{"cut\n'.repeat(50)}{"id":2}\n`],
    ['json-array', ' [{"id":1},\r\n{"id":2}]', ' [{"id":1},\r\n{"id":2}]'],
    ['json-array', '{\n  "id": 1\n}\n', '{\n  "id": 1\n}\n'],
  ])('is taken for %s: %j', async (kind, text, staged) => {
    folder.write('a.json', text);
    const pages = await folder.read(folder.source({ data: { format: 'json' } }));
    expect(pages['/a.json']).toEqual([{ format: { kind }, rows: undefined, text: staged }]);
  });

  test('is shown up to its last whole element', () => {
    expect(wholeElements(Buffer.from('[{"a":"],"},[1,2],{"b"')).toString()).toBe('[{"a":"],"},[1,2]]');
    expect(wholeElements(Buffer.from('[{"a":1,')).toString()).toBe('');
  });
});
