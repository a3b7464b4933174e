import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import type { Mutation } from './rows/mutate.ts';

/** One line of the journal. Replaying all of them brings an organisation back as it was; `C` is what logs in to it. */
export type JournalEntry<C, O = unknown> =
  | {
      readonly kind: 'opened';
      readonly seed: number;
      readonly rows: Readonly<Record<string, number>>;
      readonly credentials: C;
    }
  | { readonly kind: 'mutation'; readonly mutation: Mutation }
  /** Epoch milliseconds, or null for real time. */
  | { readonly kind: 'clock'; readonly now: number | null }
  /** An object has other fields from here on. */
  | { readonly kind: 'definition'; readonly object: O; readonly forgotten: readonly string[] };

/** A file of JSON lines that outlives the process. */
export class Journal<C, O = unknown> {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Opens or creates the file (mode 0600: it holds credentials) and returns what it says so far. */
  static open<C, O>(
    path: string,
  ): {
    journal: Journal<C, O>;
    entries: readonly JournalEntry<C, O>[];
  } {
    if (!existsSync(path)) writeFileSync(path, '', { mode: 0o600 });
    const bytes = readFileSync(path);
    // A process killed in mid-write leaves a last line without its end: it was never acknowledged.
    const whole = bytes.lastIndexOf(0x0a) + 1;
    if (whole < bytes.length) truncateSync(path, whole);
    const lines = bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1);
    return {
      journal: new Journal<C, O>(path),
      entries: lines.map((line, at) => parseEntry<C, O>(path, line, at + 1)),
    };
  }

  /** Returns once the line is with the operating system, so that it survives the death of this process. */
  append(entry: JournalEntry<C, O>): void {
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }
}

function parseEntry<C, O>(path: string, line: string, number: number): JournalEntry<C, O> {
  try {
    const entry: unknown = JSON.parse(line);
    const kinds = ['opened', 'mutation', 'clock', 'definition'];
    if (
      entry !== null &&
      typeof entry === 'object' &&
      'kind' in entry &&
      kinds.includes(String(entry.kind))
    ) {
      // Only this class writes the file; the kind tells the rest of the shape.
      return entry as JournalEntry<C, O>;
    }
  } catch {
    // Told below, with the line's number.
  }
  throw new Error(
    `Line ${number} of the journal ${path} is not a journal entry; remove the file to start afresh.`,
  );
}
