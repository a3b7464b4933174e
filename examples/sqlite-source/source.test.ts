import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { testSourceConformance } from '@tributary/connectors/conformance-kit';
import { describe } from 'vitest';
import { source, sqliteSource } from './source.ts';
import { SqliteFile } from './sqlite-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-sqlite-'));
const path = join(folder, 'shop.db');
let file: DatabaseSync;
let stamped = 0;
let isLocked = false;

async function unlock() {
  if (isLocked) file.exec('ROLLBACK');
  isLocked = false;
}

describe('SQLite', () => {
  testSourceConformance({
    async start() {
      file = new DatabaseSync(path);
      file.exec(`
        CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, active BOOLEAN, born DATE, score REAL, photo BLOB, updated_at DATETIME);
        INSERT INTO customer SELECT value, iif(value % 4, 'Name, "' || value || '"' || char(10), NULL), value % 2, '2001-02-03', value / 8.0,
          x'00', iif(value % 50, '2026-03-01 12:00:00', NULL) FROM (
          WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers LIMIT 250) SELECT value FROM numbers)`);
    },
    async stop() {
      file.close();
      rmSync(folder, { recursive: true });
    },
    open: () => sqliteSource(new SqliteFile(path, [folder]), 100),
    table: {
      path: 'customer',
      missing: 'nowhere',
      key: { column: 'id', isTold: true },
      types: {
        id: 'long',
        name: 'string',
        active: 'boolean',
        born: 'date',
        score: 'number',
        updated_at: 'date-time',
      },
      rows: async () => file.prepare('SELECT * FROM customer').all(),
      async mutate() {
        file.exec(`UPDATE customer SET name = 'changed', updated_at = '2026-03-02 12:00:00' WHERE id % 10 = 3;
          INSERT INTO customer (name) VALUES ('new'); DELETE FROM customer WHERE id = (SELECT min(id) FROM customer)`);
      },
    },
    pages: 3,
    parts: { cannot: 'one file is read by one query after another' },
    window: {
      column: 'updated_at',
      notATime: 'name',
      async stamp(at, rows) {
        const from = stamped % 200;
        stamped += rows;
        file
          .prepare('UPDATE customer SET updated_at = ? WHERE id > ? AND id <= ?')
          .run(at.toISOString(), from, from + rows);
      },
    },
    deletions: { cannot: 'a row that is deleted leaves nothing behind' },
    changeTokens: { cannot: 'SQLite keeps no log of changes' },
    items: { cannot: 'rows of a table are no items' },
    count: 'exact',
    clock: { now: async () => new Date(), withinMs: 1 },
    refusals: [
      {
        name: 'a file that is not there',
        open: () => sqliteSource(new SqliteFile(join(folder, 'none.db'), [folder])),
      },
      { name: 'a file that is no database', open: () => sqliteSource(new SqliteFile('/etc/passwd', ['/'])) },
      {
        name: 'a file that may not be read',
        open: () => sqliteSource(new SqliteFile(path, [join(folder, 'other')])),
      },
      { name: 'a parameter that is missing', open: () => source.create('Database File', {}) },
    ],
    secrets: () => [],
    faults: [
      {
        name: 'another process writes',
        outcome: 'busy',
        async strike() {
          file.exec('BEGIN EXCLUSIVE');
          isLocked = true;
        },
        hasStruck: async () => isLocked,
        calm: unlock,
      },
    ],
    leftOpen: { cannot: 'a connection is closed with each call' },
  });
});
