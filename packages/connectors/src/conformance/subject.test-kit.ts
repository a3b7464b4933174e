import type { SourceType } from '@tributary/xdm';
import type { Source, SourceErrorKind } from '../source.ts';

/** A row as JSON values by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** Said of what a source cannot do, with the reason, for people. The kit then holds it to not claiming it. */
export interface Cannot {
  readonly cannot: string;
}

/** A source to be put to the tests, over rows that they know and can change. Nothing of it is called before `start`. */
export interface SourceSubject {
  /** Starts what the source reads from, with the known table in it. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Another source at each call, with good credentials, that tries again what fails and does not wait long for it. */
  open(options?: OpenOptions): Source;
  readonly table: KnownTable;
  /** How many pages a read of all rows in one partition has, at least. */
  readonly pages: number;
  /** Which reads can be split into partitions. */
  readonly parts: 'of all rows' | 'of a window' | Cannot;
  /** Reading what has changed by a window on a delta column. */
  readonly window: KnownWindow | Cannot;
  /** Reading rows that are gone within a window (`includeDeleted`). */
  readonly deletions: { readonly keptDays: number | undefined } | Cannot;
  /** Reading what has changed by a token. */
  readonly changeTokens: KnownTokens | Cannot;
  /** Items that land once in each version, such as files. */
  readonly items: KnownItems | Cannot;
  /** Whether the source tells how many rows a request has. */
  readonly count: 'exact' | Cannot;
  readonly clock: KnownClock | Cannot;
  /** Ways in that are wrong: each is refused, and tells no secret. */
  readonly refusals: readonly [Refusal, ...Refusal[]];
  /** What never may stand in a message: the credentials of {@link open} and of the refusals. */
  secrets(): readonly string[];
  readonly faults: readonly [KnownFault, ...KnownFault[]] | Cannot;
  /** How many connections, queries or open files of the source there are now. */
  readonly leftOpen: (() => Promise<number>) | Cannot;
}

export interface OpenOptions {
  /** Whether reads shall have several partitions (see {@link SourceSubject.parts}). */
  readonly inParts?: boolean;
  /** Reads this table rather than the known one, where a source is opened for one table. */
  readonly table?: string;
}

export interface KnownTable {
  readonly path: string;
  /** How exploring finds it; as the path where left out. */
  readonly listing?: { readonly folder?: string; readonly path: string };
  /** A path that is written well, and where nothing is. */
  readonly missing: string;
  /** The column whose values are different in all rows; `isTold`: the source must tell it as the key. */
  readonly key: { readonly column: string; readonly isTold: boolean };
  /** Some of its columns, and the types that they must be described with. */
  readonly types: Readonly<Record<string, SourceType>>;
  /** The columns that are read; all where left out. */
  readonly columns?: readonly string[];
  /** All rows there are now, by the source's own tools: never by the source that is tested. */
  rows(): Promise<readonly Row[]>;
  /** Changes some rows, adds some, and removes some. */
  mutate(): Promise<void>;
}

export interface KnownWindow {
  readonly column: string;
  /** Has that many rows bear a stamp, as changing them at that moment would. */
  stamp(at: Date, rows: number): Promise<void>;
  /** A column that is there and tells no time; undefined where any column is taken for a stamp. */
  readonly notATime?: string;
}

export interface KnownTokens {
  /** Ends the validity of a token that was given. */
  expire(): Promise<void>;
}

export interface KnownItems {
  /** Changes the content of one item. */
  changeOne(): Promise<void>;
  addOne(): Promise<void>;
}

export interface KnownClock {
  /** The source's time by its own tools. */
  now(): Promise<Date>;
  /** How coarsely the source tells it. */
  readonly withinMs: number;
  /** Moves the source's time, and puts it right again (undefined); left out where it is this machine's. */
  set?(now: Date | undefined): Promise<void>;
}

export interface Refusal {
  readonly name: string;
  open(): Source;
  /** `refused` where left out. */
  readonly kind?: SourceErrorKind;
}

/** Something that goes wrong while all rows are read. */
export interface KnownFault {
  /** Goes on from "where …": `the connection is cut in mid-body`. */
  readonly name: string;
  /** Makes it happen to what is called next. */
  strike(): Promise<void>;
  /** Whether it has happened since: what nothing has happened to proves nothing. */
  hasStruck(): Promise<boolean>;
  /** Ends it, whether it has happened or not. */
  calm(): Promise<void>;
  /**
   * `recovers`: all rows arrive nevertheless. `is noticed`: what arrives is right, or less than was announced. Else the kind
   * that the read is refused with, after which it must go on with what is staged — or, where `expired`, be planned anew.
   */
  readonly outcome: 'recovers' | 'is noticed' | SourceErrorKind;
  /** Whether it strikes before the read is planned, rather than before its pages are read. */
  readonly strikesPlan?: boolean;
}

export function isCannot(ability: unknown): ability is Cannot {
  return typeof ability === 'object' && ability !== null && 'cannot' in ability;
}
