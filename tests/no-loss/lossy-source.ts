import type { Crm, WalkOptions } from '../tutorial.ts';

/** A source whose rows change while something goes wrong with it, and whose flow must end equal to it nevertheless. */
export interface LossySource {
  /** What it is, and how it is read. */
  readonly name: string;
  readonly mode: 'upsert' | 'mirror';
  /** Starts it with its first rows; false where what it needs is not installed. */
  start(): Promise<boolean>;
  stop(): Promise<void>;
  /** How a flow reaches it, once it has started. */
  walk(): WalkOptions & { readonly crm: Crm };
  /** Its rows now, by its own tools: a key and a text of each. */
  rows(): Promise<readonly KeyedText[]>;
  /** Has rows change, come and, where deletions are known, go. */
  change(): Promise<void>;
  readonly troubles: readonly Trouble[];
}

export type KeyedText = readonly [key: string, text: string | null];

/** What goes wrong in one run. */
export interface Trouble {
  /** Goes on from "when". */
  readonly name: string;
  /** Makes it go wrong, before the rows change where `isBefore`. */
  strike(): Promise<void>;
  readonly strikesBeforeChange?: boolean;
  /** Whether what has changed may come with the next run, rather than with the one that it goes wrong with. */
  readonly isForTheNextRun?: boolean;
  /** Whether it has gone wrong by the end of the run. */
  hasStruck(): Promise<boolean>;
  calm(): Promise<void>;
}
