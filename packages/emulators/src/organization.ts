import { Clock } from './clock.ts';
import { Journal, type JournalEntry } from './journal.ts';
import type { Value } from './rows/columns.ts';
import type { GeneratedObject, IdScheme, StampFields } from './rows/field.ts';
import { applyMutation, type MutatedIds, type Mutation } from './rows/mutate.ts';
import { Table } from './rows/table.ts';

export interface OrganizationOptions<C> {
  readonly seed: number;
  /** Generated rows by object name. */
  readonly rows: Readonly<Record<string, number>>;
  readonly credentials: C;
  readonly journalPath: string | undefined;
}

/** What objects there are, and how their rows are named and stamped. */
export interface OrganizationShape<O extends GeneratedObject> {
  readonly objects: readonly O[];
  readonly ids: IdScheme;
  readonly stampFields: StampFields;
}

export interface MutationRequest {
  readonly object: string;
  readonly update: number;
  readonly insert: number;
  readonly delete: number;
  readonly undelete?: number;
  readonly hardDelete?: number;
  readonly set: Readonly<Record<string, Value>>;
}

export interface MutationResult extends MutatedIds {
  /** When the mutation was committed: epoch milliseconds, whole seconds. */
  readonly at: number;
  /** When the rows say they changed: `at`, or earlier where the commit came late. */
  readonly stamp: number;
}

/** The state of one organisation: its rows, its time, and who may log in. */
export class Organization<C, O extends GeneratedObject> {
  readonly seed: number;
  readonly credentials: C;
  readonly clock = new Clock();
  readonly tables: ReadonlyMap<string, Table<O>>;
  readonly #journal: Journal<C, O> | undefined;
  readonly #stampFields: StampFields;
  #mutations = 0;

  /** Opens it, replaying the journal where there is one; throws where that belongs to another seed or size. */
  constructor({ objects, ids, stampFields }: OrganizationShape<O>, options: OrganizationOptions<C>) {
    const { seed, rows } = options;
    this.seed = seed;
    this.#stampFields = stampFields;
    this.tables = new Map(objects.map((object) => [object.name, new Table({ seed, object, rows, ids })]));
    const opened = options.journalPath === undefined ? undefined : Journal.open<C, O>(options.journalPath);
    this.#journal = opened?.journal;
    const [first, ...later] = opened?.entries ?? [];
    if (first === undefined) {
      this.credentials = options.credentials;
      this.#journal?.append({ kind: 'opened', seed, rows, credentials: options.credentials });
    } else {
      this.credentials = credentialsOf(first, options);
      for (const entry of later) this.#replay(entry);
    }
  }

  /** How many mutations there have been. */
  get mutations(): number {
    return this.#mutations;
  }

  /** The table of a defined object. */
  table(object: string): Table<O> {
    const table = this.tables.get(object);
    if (table === undefined) throw new Error(`There is no table '${object}'.`);
    return table;
  }

  /** Commits a mutation whose rows bear stamps `lateSeconds` in the past. */
  mutate(request: MutationRequest, lateSeconds: number): MutationResult {
    const at = Math.floor(this.clock.now() / 1000) * 1000;
    const stamp = at - lateSeconds * 1000;
    const mutation: Mutation = { ...request, counter: this.#mutations, stamp };
    this.#journal?.append({ kind: 'mutation', mutation });
    return { ...this.#apply(mutation), at, stamp };
  }

  setClock(now: number | null): void {
    this.#journal?.append({ kind: 'clock', now });
    this.clock.set(now);
  }

  /** Gives an object other fields; what rows were changed to in the `forgotten` ones is lost. */
  redefine(object: O, forgotten: readonly string[]): void {
    this.#journal?.append({ kind: 'definition', object, forgotten });
    this.table(object.name).redefine(object, forgotten);
  }

  #replay(entry: JournalEntry<C, O>): void {
    if (entry.kind === 'definition') this.table(entry.object.name).redefine(entry.object, entry.forgotten);
    if (entry.kind === 'mutation') this.#apply(entry.mutation);
    if (entry.kind === 'clock') this.clock.set(entry.now);
  }

  #apply(mutation: Mutation): MutatedIds {
    this.#mutations += 1;
    return applyMutation(this.table(mutation.object), this.#stampFields, this.seed, mutation);
  }
}

function credentialsOf<C, O>(
  first: JournalEntry<C, O>,
  { seed, rows, journalPath }: OrganizationOptions<C>,
): C {
  // Objects that came to the emulator since the journal was begun may have any number of rows.
  const sameRows =
    first.kind === 'opened' &&
    Object.entries(rows).every(([object, count]) => (first.rows[object] ?? count) === count);
  if (first.kind !== 'opened' || first.seed !== seed || !sameRows) {
    throw new Error(
      `The journal ${journalPath} was begun with another seed or other row counts; give the same ones, or another journal.`,
    );
  }
  return first.credentials;
}
