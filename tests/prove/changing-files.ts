import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { landedRows } from '../landed-rows.ts';
import type { ServerUnderTest } from '../server-under-test.ts';
import { type Walk, type Walker, type WalkOptions, walkTutorial } from '../tutorial.ts';
import type { Random } from './random.ts';

/**
 * Each is a partition of the first run: enough for several workers to have a share of it, wherever they are
 * killed.
 */
const FIRST_FILES = 150;
const ROWS_OF_A_FILE = 40;
/** Files that come at once, most often, and once in a while. */
const FEW = 4;
const MANY = 60;
const MOST_REWRITTEN = 120;
const CONCURRENT_READS = 8;

/** A folder that files come into at any time, and whose files are written anew while nobody reads them. */
export class ChangingFiles {
  /** What servers and workers may read files from. */
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-prove-files-')));
  readonly #random: Random;
  /** What each file says, by its number. */
  readonly #texts: string[] = [];
  #writes = 0;

  constructor(random: Random) {
    this.#random = random;
    mkdirSync(join(this.root, 'in'));
    for (let file = 0; file < FIRST_FILES; file++) this.#write(file);
  }

  async until(quiet: AbortSignal): Promise<void> {
    while (!quiet.aborted) {
      const count = this.#random.whole(1, this.#random.chance(0.15) ? MANY : FEW);
      for (let file = 0; file < count; file++) this.#write(this.#texts.length);
      await pause(this.#random.whole(500, 4_000));
    }
  }

  /**
   * Not while a run reads the files: it would have to be planned anew, and is given up where that happens
   * again and again.
   */
  rewriteSome(): void {
    const first = this.#random.whole(0, this.#texts.length - 1);
    const end = first + this.#random.whole(1, MOST_REWRITTEN);
    for (let file = first; file < Math.min(end, this.#texts.length); file++) this.#write(file);
  }

  /** Makes a flow that upserts what the files say. */
  makeFlow(walker: Walker, schedule: object): Promise<Walk> {
    return walkTutorial(walker, 'Files', { ...this.#walk(), schedule });
  }

  /** A row never moves from file to file, so that which of two files is newer decides nothing. */
  async expectLanded(server: ServerUnderTest, { dataSetId }: Walk): Promise<void> {
    const landed = await landedRows(server, dataSetId);
    const rows = landed.map(({ _id, person }) => `${_id} ${person?.name?.lastName}`);
    const written = this.#texts.flatMap((text, file) => keysOf(file).map((key) => `${key} ${text}`));
    expect(rows.sort(), 'rows of the files').toEqual(written.sort());
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #write(file: number): void {
    this.#writes += 1;
    const text = `Version ${this.#writes}`;
    const lines = keysOf(file).map((key) => `${key},${text}`);
    const unfinished = join(this.root, `${file}.csv`);
    writeFileSync(unfinished, ['id,name', ...lines, ''].join('\n'));
    // A file's version is told by its time, which may not be that of two writes.
    utimesSync(unfinished, 1_700_000_000 + this.#writes, 1_700_000_000 + this.#writes);
    renameSync(unfinished, join(this.root, 'in', `${file}.csv`));
    this.#texts[file] = text;
  }

  #walk(): WalkOptions {
    return {
      crm: {
        connectionSpecId: 'bb0237ab-7a46-47ab-b355-a6e979b2216a',
        auth: { specName: 'Local Folder', params: { folder: this.root } },
        table: '/in',
        deltaColumn: '',
        columnNames: { first_name: '', last_name: '', email: '' },
      },
      files: { data: { format: 'delimited' }, params: { path: '/in' }, keyColumns: ['id'] },
      mappings: [
        ['id', '_id'],
        ['name', 'person.name.lastName'],
      ],
      mode: 'upsert',
      concurrentReads: CONCURRENT_READS,
    };
  }
}

function keysOf(file: number): readonly string[] {
  return Array.from({ length: ROWS_OF_A_FILE }, (_, row) => `f${file}-${row}`);
}
