import { fraction, mix, saltOf } from './hash.ts';

/** The years that generated rows lived through. Fixed, so that a seed gives the same bytes on every day. */
const HISTORY_FROM = Date.UTC(2016, 0, 4, 8, 0, 0);
const HISTORY_TO = Date.UTC(2026, 5, 1, 18, 0, 0);

/** Rows of one import share their creation second; an import is at most this many rows. */
const IMPORT_ROWS = 64;
/** Nightly jobs that touched many rows in one second. */
const MASS_UPDATES = 240;

/** When a row was created and last changed; epoch milliseconds at whole seconds. */
export interface History {
  created(index: number): number;
  /** The last change by a user: at most `stamp`. */
  modified(index: number): number;
  /** The last change by anyone (SystemModstamp): never before `created`, and shared by many rows. */
  stamp(index: number): number;
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

/** Spreads `rows` rows over the history, oldest first. */
export function compileHistory(seed: number, object: string, rows: number): History {
  const spanOfRow = (HISTORY_TO - HISTORY_FROM) / Math.max(rows, 1);
  const jitter = saltOf(seed, `${object}.created`);
  const imported = saltOf(seed, `${object}.imported`);
  const course = saltOf(seed, `${object}.course`);
  const when = saltOf(seed, `${object}.when`);
  const massUpdates = Array.from({ length: MASS_UPDATES }, (_, n) => {
    const share = (n + fraction(saltOf(seed, 'massUpdates'), n)) / MASS_UPDATES;
    return wholeSecond(HISTORY_FROM + share * (HISTORY_TO - HISTORY_FROM));
  });

  function created(index: number): number {
    const batch = Math.floor(index / IMPORT_ROWS);
    const position = mix(imported, batch) % 5 === 0 ? batch * IMPORT_ROWS : index + fraction(jitter, index);
    return Math.min(wholeSecond(HISTORY_FROM + position * spanOfRow), HISTORY_TO);
  }

  function stamp(index: number): number {
    const from = created(index);
    const kind = mix(course, index) % 100;
    if (kind < 30) return from;
    const share = fraction(when, index);
    if (kind < 65) return wholeSecond(from + share * (HISTORY_TO - from));
    const first = Math.ceil(((from - HISTORY_FROM) / (HISTORY_TO - HISTORY_FROM)) * MASS_UPDATES) + 1;
    const choice = massUpdates[first + Math.floor(share * (MASS_UPDATES - first))];
    return choice === undefined || choice < from ? from : choice;
  }

  function modified(index: number): number {
    const to = stamp(index);
    if (mix(course, index) % 4 !== 0) return to;
    const from = created(index);
    return wholeSecond(from + fraction(when + 1, index) * (to - from));
  }

  return { created, modified, stamp };
}
