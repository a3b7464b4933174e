import { mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceColumn } from '@tributary/xdm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemorySink } from '../memory-sink.test-kit.ts';
import { type IntendedReading, SourceError } from '../source.ts';
import { FileFolder, textsOf } from './file-folder.test-kit.ts';
import type { FileStore } from './file-store.ts';
import { localFileStore } from './local/local-file-store.ts';

let folder: FileFolder;
beforeEach(() => {
  folder = new FileFolder();
});
afterEach(() => folder.remove());

const everything = { table: '/', columns: [], window: undefined };

async function planned(params: Record<string, unknown>): Promise<readonly (string | undefined)[]> {
  const partitions = await folder.source({ params }).plan(everything);
  return partitions.map(({ item }) => item?.name);
}

describe('planning a read of files', () => {
  test('takes the oldest first, those of an age by their paths', async () => {
    folder.write('c.csv', 'x', 30);
    folder.write('b.csv', 'x', 10);
    folder.write('a.csv', 'x', 10);
    folder.write('d.csv', 'x', 20);
    expect(await planned({ path: '/' })).toEqual(['/c.csv', '/d.csv', '/a.csv', '/b.csv']);
  });

  test('looks into sub-folders on request, and matches patterns', async () => {
    for (const path of ['in/a.csv', 'in/b.json', 'in/sub/c.csv', 'out/d.csv']) folder.write(path, 'x');
    expect(await planned({ path: '/in' })).toEqual(['/in/a.csv', '/in/b.json']);
    expect(await planned({ path: '/in', recursive: true })).toEqual([
      '/in/a.csv',
      '/in/b.json',
      '/in/sub/c.csv',
    ]);
    expect(await planned({ path: '/in/*.csv' })).toEqual(['/in/a.csv']);
    expect(await planned({ path: '/in/*.csv', recursive: 'true' })).toEqual(['/in/a.csv', '/in/sub/c.csv']);
    expect(await planned({ path: '/**/[cd].csv' })).toEqual(['/in/sub/c.csv', '/out/d.csv']);
    expect(await planned({ path: '/in/a.csv' })).toEqual(['/in/a.csv']);
    expect(await planned({ path: '/in/a.csv', type: 'folder' })).toEqual([]);
    expect(await planned({ path: '/nowhere' })).toEqual([]);
  });

  test('takes those that were changed in a window', async () => {
    for (const [name, age] of Object.entries({ 'a.csv': 40, 'b.csv': 30, 'c.csv': 20, 'd.csv': 10 }))
      folder.write(name, 'x', age);
    const source = folder.source({});
    const at = async (name: string) => {
      const [partition] = await folder.source({ params: { path: `/${name}` } }).plan(everything);
      return new Date(String(partition?.state.modifiedAt));
    };
    const window = { column: '', after: await at('a.csv'), upTo: await at('c.csv') };
    const partitions = await source.plan({ ...everything, window });
    expect(partitions.map(({ item }) => item?.name)).toEqual(['/b.csv', '/c.csv']);
  });

  test('leaves out what is hidden or not finished, unless it is named', async () => {
    for (const name of ['a.csv', '.b.csv', '_SUCCESS', 'c.csv.tmp', 'd.csv.filepart', 'e.csv~', '_t/f.csv'])
      folder.write(`_in/${name}`, 'x');
    expect(await planned({ path: '/_in', recursive: true })).toEqual(['/_in/a.csv']);
    expect(await planned({ path: '/_in/.b.csv' })).toEqual(['/_in/.b.csv']);
  });

  test('gives a changed file another version, and an unchanged one the same', async () => {
    const versions = async () => (await folder.source({}).plan(everything)).map(({ item }) => item?.version);
    folder.write('a.csv', 'one');
    folder.write('b.csv', 'one');
    const [before] = [await versions()];
    folder.write('a.csv', 'two', -1);
    const after = await versions();
    expect(after[0]).toBe(before[1]);
    expect(after[1]).not.toBe(before[0]);
  });

  test('tells later files by their partitions', async () => {
    for (let age = 0; age < 12; age++) folder.write(`${age}.csv`, 'x', age);
    const ids = (await folder.source({}).plan(everything)).map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(12);
  });
});

describe('reading a file', () => {
  test('that has changed or gone since it was planned asks for another plan', async () => {
    folder.write('a.csv', 'id\n1\n');
    const source = folder.source({});
    const [partition] = await source.plan(everything);
    if (partition === undefined) throw new Error('nothing is planned');
    folder.write('a.csv', 'id\n1\n2\n', -1);
    await expect(source.read(partition, new MemorySink())).rejects.toMatchObject({
      kind: 'expired',
      message: '/a.csv: has changed since the run was planned',
    });
    folder.remove('a.csv');
    await expect(source.read(partition, new MemorySink())).rejects.toMatchObject({
      kind: 'expired',
      message: '/a.csv: is gone since the run was planned',
    });
  });

  test('that changes meanwhile stages nothing and asks for another plan', async () => {
    folder.write('a.csv', 'id\n1\n');
    const changing: FileStore = {
      ...folder.store,
      async open(path, from) {
        const opened = await folder.store.open(path, from);
        folder.write('a.csv', 'id\n7\n', -5);
        return opened;
      },
    };
    const source = folder.source({}, { store: changing });
    const [partition] = await source.plan(everything);
    if (partition === undefined) throw new Error('nothing is planned');
    const sink = new MemorySink();
    await expect(source.read(partition, sink)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(sink.pages).toEqual([]);
  });

  test('goes on where its bytes break off', async () => {
    const text = `id\n${'1234567\n'.repeat(1000)}`;
    folder.write('a.csv', text);
    const opens: number[] = [];
    const breaking: FileStore = {
      ...folder.store,
      async open(path, from) {
        opens.push(from);
        const opened = await folder.store.open(path, from);
        return opened && { ...opened, body: brokenAfter(opened.body, 1000, opens.length < 4) };
      },
    };
    const pages = await folder.read(folder.source({}, { store: breaking }));
    expect(textsOf(pages)).toEqual({ '/a.csv': [text] });
    expect(opens).toEqual([0, 1000, 2000, 3000]);
  });

  test('gives up where nothing comes any more', async () => {
    folder.write('a.csv', 'id\n1\n');
    const silent: FileStore = {
      ...folder.store,
      async open(path, from) {
        const opened = await folder.store.open(path, from);
        return opened && { ...opened, body: brokenAfter(opened.body, 0, true) };
      },
    };
    await expect(folder.read(folder.source({}, { store: silent }))).rejects.toMatchObject({ kind: 'busy' });
  });

  test('does not understand partitions of others', async () => {
    const partition = { id: 'x', announcedRows: undefined, state: { query: 'SELECT' } };
    await expect(folder.source({}).read(partition, new MemorySink())).rejects.toMatchObject({
      kind: 'expired',
    });
  });
});

/** A body that breaks off after so many bytes, where it shall. */
async function* brokenAfter(body: AsyncIterable<Uint8Array>, bytes: number, isBroken: boolean) {
  for await (const piece of body) {
    if (!isBroken) yield piece;
    else {
      if (bytes > 0) yield piece.subarray(0, bytes);
      throw new SourceError('busy', 'RESET', 'the connection was reset');
    }
  }
}

describe('describing files', () => {
  test('puts the columns of the oldest and the newest together', async () => {
    for (let age = 0; age < 8; age++) folder.write(`${age}.csv`, `${age}`, age);
    folder.answer = ({ name }) => ({
      columns: [
        { name: 'id', type: name === '/7.csv' ? 'long' : 'number' },
        { name: name.slice(1, 2), type: 'string' },
      ],
      rows: [{ id: name }],
    });
    const source = folder.source({});
    const { columns, ...table } = await source.describe('/');
    expect(columns.map(({ name, type }) => `${name} ${String(type)}`)).toEqual([
      'id number',
      '7 string',
      '6 string',
      '5 string',
      '1 string',
      '0 string',
    ]);
    expect(table).toMatchObject({
      isItemwise: true,
      hasInferredTypes: true,
      deltaColumns: [],
      keyColumns: [],
    });
    expect(await source.preview('/', 2)).toEqual([{ id: '/7.csv' }, { id: '/6.csv' }]);
  });

  test('takes no columns from files that a run will not read, and looks at others in their place', async () => {
    for (let age = 0; age < 8; age++) folder.write(`${age}.csv`, `${age}`, age);
    folder.answer = ({ name }) => ({
      columns: [{ name: name === '/0.csv' ? 'other' : 'id', type: 'long' }].concat(
        name === '/6.csv' ? [{ name: 'extra', type: 'long' }] : [],
      ) as SourceColumn[],
      rows: [],
    });
    const source = folder.source({});
    const held = (await source.plan(everything)).flatMap(({ item }) => (item?.name === '/6.csv' ? item : []));
    const columnsOf = async (reading?: IntendedReading) => {
      const { columns, hasUnseenItems = false } = await source.describe('/', undefined, reading);
      return [columns.map(({ name }) => name).sort(), hasUnseenItems];
    };
    expect(await columnsOf()).toEqual([['extra', 'id', 'other'], false]);
    expect(await columnsOf({ columns: ['id'], heldBack: held })).toEqual([['id'], true]);
    expect(folder.shown.slice(5).map(({ name }) => name)).toEqual([
      '/7.csv',
      '/5.csv',
      '/4.csv',
      '/1.csv',
      '/0.csv',
      '/2.csv',
    ]);
    const changed = held.map((item) => ({ ...item, version: 'another' }));
    expect(await columnsOf({ columns: undefined, heldBack: changed })).toEqual([
      ['extra', 'id', 'other'],
      false,
    ]);
  });

  test('of which none will be read says so', async () => {
    folder.write('a.csv', 'id');
    folder.answer = () => ({ columns: [{ name: 'other', type: 'long' }], rows: [] });
    const source = folder.source({});
    const heldBack = (await source.plan(everything)).flatMap(({ item }) => item ?? []);
    await expect(source.describe('/', undefined, { columns: ['id'], heldBack })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'FILES_HELD_BACK',
    });
    await expect(source.describe('/', undefined, { columns: ['id'], heldBack: [] })).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: '/a.csv: has none of the columns that are read (id)',
    });
  });

  test('shows whole records of large files alone', async () => {
    folder.write('a.csv', `id\n${'1234567\n'.repeat(1000)}`);
    folder.write('b.json', JSON.stringify(Array.from({ length: 1000 }, (_, id) => ({ id }))));
    const limits = { sampleBytes: 1000 };
    await folder.source({ params: { path: 'a.csv' } }, { limits }).describe('/');
    await folder.source({ data: { format: 'json' }, params: { path: 'b.json' } }, { limits }).describe('/');
    expect(folder.shown.map(({ text }) => text.slice(-9))).toEqual([
      '\n1234567\n',
      expect.stringMatching(/}\]$/),
    ]);
    expect(folder.shown[0]?.text.length).toBeLessThan(300_000);
  });

  test('shows the footer of a large Parquet file, and not what lies before it', async () => {
    const footer = Buffer.from('the footer');
    const end = Buffer.alloc(8);
    end.writeUInt32LE(footer.length);
    folder.write('a.parquet', Buffer.concat([Buffer.alloc(600_000), footer, end]));
    await folder
      .source(
        { data: { format: 'parquet' }, params: { path: 'a.parquet' } },
        { limits: { sampleBytes: 1000 } },
      )
      .describe('/');
    expect(folder.shown[0]?.ranges).toEqual([
      [0, 4000],
      [600_000, 600_018],
    ]);
  });

  test('without a file says so', async () => {
    const error = { kind: 'invalid', code: 'NO_FILES' };
    await expect(folder.source({}).describe('/in')).rejects.toMatchObject(error);
    await expect(folder.source({}).preview('/in', 1)).rejects.toMatchObject(error);
  });

  test('without a selection goes by the ending of the path', async () => {
    folder.write('a.tsv', 'x');
    folder.write('b.parquet', 'x');
    const source = folder.source();
    await source.describe('/a.tsv');
    await source.describe('/b.parquet');
    expect(folder.shown.map(({ format }) => format)).toMatchObject([
      { kind: 'delimited', delimiter: '\t' },
      { kind: 'parquet' },
    ]);
  });
});

describe('exploring a folder', () => {
  test('lists folders, then files', async () => {
    for (const path of ['in/b.csv', 'in/a/x.csv', 'in/.hidden', 'c.csv']) folder.write(path, 'x');
    const source = folder.source();
    expect(await source.explore()).toEqual([
      { kind: 'folder', name: 'in', path: '/in', canPreview: false, canFetchSchema: false },
      { kind: 'file', name: 'c.csv', path: '/c.csv', canPreview: true, canFetchSchema: true },
    ]);
    expect((await source.explore('/in/')).map(({ path }) => path)).toEqual(['/in/a', '/in/b.csv']);
    expect(await source.explore('/nowhere')).toEqual([]);
  });

  test('tells the path of a file as a pattern that it alone matches', async () => {
    folder.write('d[1]/{a,*}.csv', 'x');
    expect(await folder.source().explore('/d[1]')).toMatchObject([
      { name: '{a,*}.csv', path: String.raw`/d\[1\]/\{a,\*\}.csv` },
    ]);
  });

  test.each(['..', '/in/../../etc', 'a\0b'])('does not leave it: %j', async (path) => {
    await expect(folder.source().explore(path)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('a folder of this machine', () => {
  test('must lie in one that the operator allows', async () => {
    for (const roots of [[], [join(folder.root, 'elsewhere')]]) {
      const store = localFileStore({ folder: folder.root, roots });
      await expect(store.check()).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('TRIBUTARY_FILE_ROOTS'),
      });
      await expect(store.stat('a.csv')).rejects.toMatchObject({ kind: 'refused' });
    }
    await expect(folder.store.check()).resolves.toBeUndefined();
  });

  test('may not be a link that leads out of what is allowed', async () => {
    mkdirSync(join(folder.root, 'allowed'));
    symlinkSync(tmpdir(), join(folder.root, 'allowed', 'out'));
    const store = localFileStore({
      folder: join(folder.root, 'allowed', 'out'),
      roots: [join(folder.root, 'allowed')],
    });
    await expect(store.check()).rejects.toMatchObject({ kind: 'refused' });
  });

  test('has nothing where links are', async () => {
    folder.write('real/a.csv', 'secret');
    mkdirSync(join(folder.root, 'in'));
    symlinkSync(join(folder.root, 'real'), join(folder.root, 'in', 'folder'));
    symlinkSync(join(folder.root, 'real/a.csv'), join(folder.root, 'in', 'file.csv'));
    const store = localFileStore({ folder: join(folder.root, 'in'), roots: [folder.root] });
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
    expect(await store.stat('file.csv')).toBeUndefined();
    expect(await store.open('folder/a.csv', 0)).toBeUndefined();
    expect(await store.open('file.csv', 0)).toBeUndefined();
  });

  test('that is not there is told', async () => {
    const store = localFileStore({ folder: join(folder.root, 'none'), roots: [folder.root] });
    await expect(store.check()).rejects.toMatchObject({ kind: 'invalid', code: 'NO_FOLDER' });
  });

  test('tells the time of this machine', async () => {
    expect(await folder.source().clock()).toBeInstanceOf(Date);
  });
});
