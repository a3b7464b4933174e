import { type Column, compileColumns, type Generation, type Value } from './columns.ts';
import type { GeneratedField, GeneratedObject, IdScheme } from './field.ts';

/** What has become of a row since it was generated. Versions are replaced, never changed. */
export interface RowVersion {
  readonly changes: Readonly<Record<string, Value>>;
  readonly deleted: boolean;
  /** Whether a deleted row is gone from the recycle bin too, so that nothing shows it. */
  readonly purged?: boolean;
}

const FAMILY_NAME_FIRST = /^[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u{20000}-\u{2ffff}]/u;

/** The rows of one object at one moment. Later mutations do not show in it. */
export class Snapshot<O extends GeneratedObject = GeneratedObject> {
  readonly object: O;
  /** Rows ever made, deleted ones included; indexes run from 0. */
  readonly count: number;
  readonly overlay: ReadonlyMap<number, RowVersion>;
  readonly deletedRows: number;
  readonly purgedRows: number;
  readonly #generated: ReadonlyMap<string, Column>;

  constructor(
    object: O,
    generated: ReadonlyMap<string, Column>,
    count: number,
    overlay: ReadonlyMap<number, RowVersion>,
    gone: { readonly deletedRows: number; readonly purgedRows: number },
  ) {
    this.object = object;
    this.count = count;
    this.overlay = overlay;
    this.deletedRows = gone.deletedRows;
    this.purgedRows = gone.purgedRows;
    this.#generated = generated;
  }

  isDeleted(index: number): boolean {
    return this.overlay.get(index)?.deleted === true;
  }

  isPurged(index: number): boolean {
    return this.overlay.get(index)?.purged === true;
  }

  /** Compiles the reader of one field. Address fields have none: read their parts. */
  column(field: GeneratedField): Column {
    if (field.make.kind === 'name') return this.#fullName();
    const { overlay } = this;
    const { name } = field;
    const generated = this.#generated.get(name);
    if (generated === undefined) throw new Error(`${name} is a compound field and has no value of its own.`);
    if (overlay.size === 0) return generated;
    return (index) => {
      const changed = overlay.get(index)?.changes[name];
      return changed === undefined ? generated(index) : changed;
    };
  }

  #fullName(): Column {
    const [given, family] = (['given', 'family'] as const).map((part) => {
      const field = this.object.fields.find(({ make }) => make.kind === 'person' && make.part === part);
      return field === undefined ? () => null : this.column(field);
    });
    return (index) => {
      const first = given?.(index) ?? null;
      const last = family?.(index) ?? null;
      if (first === null || last === null) return last ?? first;
      return FAMILY_NAME_FIRST.test(String(last)) ? `${last} ${first}` : `${first} ${last}`;
    };
  }
}

/** One object's rows: generated ones with an overlay of what changed. */
export class Table<O extends GeneratedObject = GeneratedObject> {
  readonly ids: IdScheme;
  readonly generatedRows: number;
  readonly #generation: Generation;
  #object: O;
  #generated: ReadonlyMap<string, Column>;
  #count: number;
  #deleted = 0;
  #purged = 0;
  #overlay = new Map<number, RowVersion>();
  /** True while a snapshot holds the overlay; the next write then copies it. */
  #shared = false;

  constructor(generation: Generation & { readonly object: O }) {
    this.#object = generation.object;
    this.ids = generation.ids;
    this.generatedRows = generation.rows[generation.object.name] ?? 0;
    this.#generation = generation;
    this.#generated = compileColumns(generation);
    this.#count = this.generatedRows;
  }

  /** What the object is made of just now. */
  get object(): O {
    return this.#object;
  }

  get generated(): ReadonlyMap<string, Column> {
    return this.#generated;
  }

  /** Gives the object other fields; what rows were changed to in the `forgotten` ones is lost. Older snapshots stay as they are. */
  redefine(object: O, forgotten: readonly string[]): void {
    this.#object = object;
    this.#generated = compileColumns({ ...this.#generation, object });
    if (forgotten.length === 0) return;
    const lost = new Set(forgotten);
    const kept = (changes: RowVersion['changes']) =>
      Object.fromEntries(Object.entries(changes).filter(([name]) => !lost.has(name)));
    this.#overlay = new Map(
      [...this.#overlay].map(([index, version]) => [index, { ...version, changes: kept(version.changes) }]),
    );
    this.#shared = false;
  }

  snapshot(): Snapshot<O> {
    this.#shared = true;
    return new Snapshot(this.#object, this.#generated, this.#count, this.#overlay, {
      deletedRows: this.#deleted,
      purgedRows: this.#purged,
    });
  }

  /** Rows that are not deleted. */
  get liveRows(): number {
    return this.#count - this.#deleted;
  }

  /** Rows in the recycle bin: deleted, and still to be had. */
  get binnedRows(): number {
    return this.#deleted - this.#purged;
  }

  get count(): number {
    return this.#count;
  }

  version(index: number): RowVersion | undefined {
    return this.#overlay.get(index);
  }

  /** Index of an id; undefined where no row ever had it. */
  indexOf(id: string): number | undefined {
    const index = this.ids.indexOf(this.object.name, id);
    return index !== undefined && index < this.#count ? index : undefined;
  }

  write(index: number, version: RowVersion): void {
    if (this.#shared) {
      this.#overlay = new Map(this.#overlay);
      this.#shared = false;
    }
    const before = this.#overlay.get(index);
    this.#deleted += Number(version.deleted) - Number(before?.deleted ?? false);
    this.#purged += Number(version.purged ?? false) - Number(before?.purged ?? false);
    this.#overlay.set(index, version);
  }

  /** The index of a new row. */
  append(): number {
    this.#count += 1;
    return this.#count - 1;
  }
}
