import { afterEach, describe, expect, test } from 'vitest';
import { MemorySink, type StagedPage } from '../memory-sink.test-kit.ts';
import type { Partition, SourceErrorKind } from '../source.ts';
import { asStored, type ReadingUnderTest } from './reading-under-test.test-kit.ts';
import { stagedRows } from './staged-rows.test-kit.ts';
import { isCannot, type KnownFault } from './subject.test-kit.ts';

/** Tests of what a source does where it is refused, or where something breaks. */
export function testFailing(reading: ReadingUnderTest): void {
  const { refusals, faults } = reading.subject;

  describe('is refused', () => {
    test.each(refusals.map((refusal) => [refusal.name, refusal] as const))(
      'for %s, and tells no secret',
      async (_name, { open, kind = 'refused' }) => {
        expect((await reading.refusalOf((async () => open().check())())).kind).toBe(kind);
        const described = (async () => open().describe(reading.path))();
        expect((await reading.refusalOf(described)).kind).toBe(kind);
      },
    );
  });

  if (isCannot(faults)) {
    test(`nothing breaks: ${faults.cannot}`, async () => {
      expect(await reading.open().check()).toBeUndefined();
    });
    return;
  }

  describe('no row is lost and none comes twice where', () => {
    afterEach(async () => {
      for (const { calm } of faults) await calm();
    });

    test.each(faults.map((fault) => [`${fault.name}: ${wordsFor(fault)}`, fault] as const))(
      '%s',
      async (_name, fault) => {
        const attempt = new Attempt(reading);
        if (fault.strikesPlan) await fault.strike();
        const failure = await attempt.readAll(async () => {
          if (!fault.strikesPlan) await fault.strike();
        });
        expect(await fault.hasStruck(), 'whether it struck').toBe(true);
        if (!isKind(fault.outcome)) expect(failure).toBeUndefined();
        else {
          expect(failure, 'what the read is refused with').toBeDefined();
          expect((await reading.refusalOf(Promise.reject(failure))).kind).toBe(fault.outcome);
          await fault.calm();
          if (fault.outcome === 'expired') attempt.planAnew();
          expect(await attempt.readAll()).toBeUndefined();
        }
        const columns = await reading.columns();
        if (fault.outcome === 'is noticed' && attempt.hasArrivedInPart(columns)) return;
        reading.expectEqual(await reading.rowsOf(attempt.pages, columns), await reading.rowsThere());
      },
    );
  });
}

/** A read of all rows that may be refused, and then goes on where it stands. */
class Attempt {
  readonly #reading: ReadingUnderTest;
  #partitions: readonly Partition[] | undefined;
  #sinks = new Map<string, MemorySink>();

  constructor(reading: ReadingUnderTest) {
    this.#reading = reading;
  }

  get pages(): readonly StagedPage[] {
    return [...this.#sinks.values()].flatMap((sink) => sink.pages);
  }

  planAnew(): void {
    this.#partitions = undefined;
    this.#sinks.clear();
  }

  /** What the read is refused with; undefined where it comes to its end. */
  async readAll(oncePlanned?: () => Promise<void>): Promise<unknown> {
    try {
      this.#partitions ??= (await this.#reading.open().plan(await this.#reading.request())).map(asStored);
      await oncePlanned?.();
      // Another process may read what one has planned.
      const source = this.#reading.open();
      for (const partition of this.#partitions) {
        const sink = this.#sinks.get(partition.id) ?? new MemorySink();
        this.#sinks.set(partition.id, sink);
        const isDone = sink.pages.length > 0 && sink.resumeFrom === undefined;
        if (!isDone) await source.read(partition, sink);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Whether less arrived than was announced, of a page or of a partition. */
  hasArrivedInPart(columns: readonly string[]): boolean {
    return (this.#partitions ?? []).some(({ id, announcedRows = 0 }) => {
      const pages = this.#sinks.get(id)?.pages ?? [];
      const arrived = pages.map((page) => wholeRows(page, columns));
      const isPageShort = pages.some(({ rows = 0 }, index) => rows > (arrived[index] ?? 0));
      return isPageShort || announcedRows > arrived.reduce((sum, rows) => sum + rows, 0);
    });
  }
}

/** How many whole rows a page has that may be cut off. */
function wholeRows(page: StagedPage, columns: readonly string[]): number {
  for (let text = page.text; text !== ''; text = text.slice(0, text.lastIndexOf('\n'))) {
    try {
      return stagedRows({ ...page, text }, columns).length;
    } catch {
      if (!text.includes('\n')) return 0;
    }
  }
  return 0;
}

function isKind(outcome: KnownFault['outcome']): outcome is SourceErrorKind {
  return outcome !== 'recovers' && outcome !== 'is noticed';
}

function wordsFor({ outcome }: KnownFault): string {
  if (outcome === 'recovers') return 'it recovers by itself';
  return outcome === 'is noticed' ? 'it is noticed' : `it is ${outcome}, and goes on later`;
}
