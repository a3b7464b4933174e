import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmulatedOrg, readAll } from './emulated-org.test-kit.ts';

const ways = [
  { api: 'rest', options: { bulkFromRows: 1_000_000 } },
  { api: 'bulk', options: { bulkFromRows: 1 } },
] as const;
const request = {
  table: 'Contact',
  columns: ['Id', 'IsDeleted', 'SystemModstamp'],
  window: {
    column: 'SystemModstamp',
    after: new Date('2031-01-01T00:00:00Z'),
    upTo: new Date('2031-01-01T01:00:00Z'),
  },
};

let org: EmulatedOrg;
let deleted: readonly string[];
let updated: readonly string[];
beforeAll(async () => {
  org = new EmulatedOrg(await startSalesforceEmulator({ rows: { Contact: 400 }, latency: { bulkJobMs: 5 } }));
  await org.control('clock', { now: '2031-01-01T00:30:00Z' });
  const changes = await org.control('mutate', { object: 'Contact', update: 20, delete: 30 });
  deleted = (changes.deleted as string[]).toSorted();
  updated = (changes.updated as string[]).filter((id) => !deleted.includes(id)).sort();
});
afterAll(() => org.close());

test('a table tells how its deletions are told, and for how long', async () => {
  expect(await org.source().describe('Contact')).toMatchObject({
    deletions: { column: 'IsDeleted', keptDays: 15 },
  });
});

describe.each(ways)('by $api', ({ api, options }) => {
  test('deleted rows are read with their mark where they are asked for', async () => {
    const { partitions, rows } = await read({ ...request, includeDeleted: true });
    expect(partitions).toMatchObject([{ announcedRows: updated.length + deleted.length, state: { api } }]);
    expect(rows.filter(([, mark]) => mark === 'true').map(([id]) => id)).toEqual(deleted);
    expect(rows.filter(([, mark]) => mark === 'false').map(([id]) => id)).toEqual(updated);
  });

  test('they are not read where they are not', async () => {
    const { rows } = await read(request);
    expect(rows.map(([id]) => id)).toEqual(updated);
  });

  async function read(asked: typeof request & { includeDeleted?: boolean }) {
    const { partitions, sink } = await readAll(org.source(options), asked);
    const rows = sink.pages.flatMap(({ format, text }) => {
      if (format.kind === 'csv') return csvRows(text);
      // A page of query results holds its rows here.
      const { records } = JSON.parse(text) as { records: Record<string, unknown>[] };
      return records.map(({ Id, IsDeleted }) => [String(Id), String(IsDeleted)]);
    });
    return { partitions, rows: rows.sort() };
  }
});

test('they are counted with the others where they are asked for', async () => {
  expect(await org.source().count({ ...request, includeDeleted: true })).toBe(
    updated.length + deleted.length,
  );
  expect(await org.source().count(request)).toBe(updated.length);
});

function csvRows(text: string): string[][] {
  const lines = text.trimEnd().split('\n').slice(1);
  return lines.map((line) => line.split(',').map((cell) => cell.replaceAll('"', '')));
}
