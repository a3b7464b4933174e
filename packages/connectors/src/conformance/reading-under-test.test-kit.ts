import { inspect } from 'node:util';
import { expect } from 'vitest';
import { MemorySink, type StagedPage } from '../memory-sink.test-kit.ts';
import { type Page, type Partition, type ReadRequest, type Source, SourceError } from '../source.ts';
import { comparableRow } from './comparable-value.test-kit.ts';
import { stagedRows } from './staged-rows.test-kit.ts';
import type { OpenOptions, Row, SourceSubject } from './subject.test-kit.ts';

export type ComparableRow = Readonly<Record<string, string | null>>;

/** What a source's description says of the columns that are read. */
type Description = Awaited<ReturnType<Source['describe']>>;

/** Reads a subject's known table, and compares what comes with what is there. */
export class ReadingUnderTest {
  readonly subject: SourceSubject;
  #description: Promise<Description> | undefined;

  constructor(subject: SourceSubject) {
    this.subject = subject;
  }

  get path(): string {
    return this.subject.table.path;
  }

  get keyColumn(): string {
    return this.subject.table.key.column;
  }

  open(options?: OpenOptions): Source {
    return this.subject.open(options);
  }

  /** The known table as the source describes it; asked for once. */
  describe(): Promise<Description> {
    this.#description ??= this.open().describe(this.path);
    return this.#description;
  }

  /** The names of the columns that are read, in the order of the description. */
  async columns(): Promise<readonly string[]> {
    const { columns } = this.subject.table;
    return columns ?? (await this.describe()).columns.map(({ name }) => name);
  }

  /** A request for all rows, with more said of it. */
  async request(more: Partial<ReadRequest> = {}): Promise<ReadRequest> {
    return { table: this.path, columns: await this.columns(), window: undefined, ...more };
  }

  /** The rows that are there, each under its key. */
  async rowsThere(): Promise<ReadonlyMap<string, ComparableRow>> {
    return this.#byKey(await this.subject.table.rows());
  }

  /** The rows of staged pages, each under its key. @throws where a key comes twice */
  async rowsOf(
    pages: readonly StagedPage[],
    columns: readonly string[],
  ): Promise<ReadonlyMap<string, ComparableRow>> {
    return this.#byKey(pages.flatMap((page) => stagedRows(page, columns)));
  }

  /** Rows by their keys, each with the columns that are read. */
  async #byKey(rows: readonly Row[]): Promise<ReadonlyMap<string, ComparableRow>> {
    const read = new Set([this.keyColumn, ...(await this.columns())]);
    const { columns: described, deletions } = await this.describe();
    const columns = described.filter(({ name }) => read.has(name) || name === deletions?.column);
    const byKey = new Map<string, ComparableRow>();
    for (const row of rows) {
      const comparable = comparableRow(columns, row);
      const key = comparable[this.keyColumn];
      if (key === null || key === undefined)
        throw new Error(`a row has no ${this.keyColumn}: ${inspect(row)}`);
      if (byKey.has(key)) throw new Error(`the row ${key} comes twice`);
      byKey.set(key, comparable);
    }
    return byKey;
  }

  /** Plans and reads to the end; partitions as another process finds them, each in a sink of its own. */
  async readAll(request: ReadRequest, source = this.open()): Promise<readonly PartitionRead[]> {
    const partitions = await source.plan(request);
    return Promise.all(
      partitions.map(async (partition) => {
        const sink = new MemorySink();
        await source.read(asStored(partition), sink);
        return { partition, sink };
      }),
    );
  }

  async rowsRead(request: ReadRequest, source?: Source): Promise<ReadonlyMap<string, ComparableRow>> {
    const read = await this.readAll(request, source);
    return this.rowsOf(
      read.flatMap(({ sink }) => sink.pages),
      request.columns,
    );
  }

  /** The first partition of a read of all rows that has any. */
  async somePartition(source = this.open()): Promise<Partition> {
    const [partition] = await source.plan(await this.request());
    if (partition === undefined) throw new Error('a read of all rows has no partition');
    return asStored(partition);
  }

  /** Holds rows that were read against those that are there, in the columns that both have. */
  expectEqual(read: ReadonlyMap<string, ComparableRow>, there: ReadonlyMap<string, ComparableRow>): void {
    expect([...read.keys()].sort(), 'which rows came').toEqual([...there.keys()].sort());
    const differences = [...read].flatMap(([key, row]) =>
      Object.entries(there.get(key) ?? {})
        .filter(([name, value]) => name in row && row[name] !== value)
        .map(([name, value]) => `${name} of ${key}: ${row[name]}, not ${value}`),
    );
    expect(differences).toEqual([]);
  }

  /** What a call is refused with. It is a SourceError, and tells no secret wherever one looks into it. */
  async refusalOf(call: Promise<unknown>): Promise<SourceError> {
    const outcome: unknown = await call.then(
      () => new Error('nothing was refused'),
      (error: unknown) => error,
    );
    if (!(outcome instanceof SourceError)) throw outcome;
    const told = inspect(outcome, { depth: 10, showHidden: true });
    for (const secret of this.subject.secrets())
      expect(told.includes(secret), 'whether a secret is told').toBe(false);
    return outcome;
  }
}

export interface PartitionRead {
  readonly partition: Partition;
  readonly sink: MemorySink;
}

/** A partition as another process finds it in the store. */
export function asStored(partition: Partition): Partition {
  return JSON.parse(JSON.stringify(partition));
}

/** A sink in which something happens as soon as a page's first bytes are there. */
export class InterruptingSink extends MemorySink {
  readonly #interrupt: () => void;

  constructor(interrupt: () => void) {
    super();
    this.#interrupt = interrupt;
  }

  override stage(page: Page): Promise<void> {
    const interrupt = this.#interrupt;
    async function* interrupted() {
      for await (const piece of page.body) {
        yield piece;
        interrupt();
      }
    }
    return super.stage({
      format: page.format,
      body: interrupted(),
      get rows() {
        return page.rows;
      },
      get next() {
        return page.next;
      },
    });
  }
}
