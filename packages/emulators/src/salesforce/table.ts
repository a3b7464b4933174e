import { type FieldDefinition, isCompound, type ObjectDefinition } from './definitions.ts';
import { type Column, compileColumns, type Generation, type Value } from './generate/columns.ts';
import { indexOfId } from './ids.ts';

/** What has become of a row since it was generated. Versions are replaced, never changed. */
export interface RowVersion {
  readonly changes: Readonly<Record<string, Value>>;
  readonly deleted: boolean;
}

const FAMILY_NAME_FIRST = /^[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u{20000}-\u{2ffff}]/u;

/** The rows of one object at one moment. Later mutations do not show in it. */
export class Snapshot {
  readonly object: ObjectDefinition;
  /** Rows ever made, deleted ones included; indexes run from 0. */
  readonly count: number;
  readonly overlay: ReadonlyMap<number, RowVersion>;
  readonly deletedRows: number;
  readonly #generated: ReadonlyMap<string, Column>;

  constructor(
    object: ObjectDefinition,
    generated: ReadonlyMap<string, Column>,
    count: number,
    overlay: ReadonlyMap<number, RowVersion>,
    deletedRows: number,
  ) {
    this.object = object;
    this.count = count;
    this.overlay = overlay;
    this.deletedRows = deletedRows;
    this.#generated = generated;
  }

  isDeleted(index: number): boolean {
    return this.overlay.get(index)?.deleted === true;
  }

  /** Compiles the reader of one field. Address fields have none: read their {@link parts}. */
  column(field: FieldDefinition): Column {
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

  /** The fields a compound field consists of. */
  parts(compound: FieldDefinition): readonly FieldDefinition[] {
    return this.object.fields.filter((field) => field.compound === compound.name);
  }

  /** Every field that has a value of its own or is text, which is all but the addresses. */
  plainFields(): readonly FieldDefinition[] {
    return this.object.fields.filter((field) => !isCompound(field));
  }

  #fullName(): Column {
    const [given, family] = ['FirstName', 'LastName'].map((name) => {
      const field = this.object.fields.find((candidate) => candidate.name === name);
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
export class Table {
  readonly object: ObjectDefinition;
  readonly generatedRows: number;
  readonly generated: ReadonlyMap<string, Column>;
  #count: number;
  #deleted = 0;
  #overlay = new Map<number, RowVersion>();
  /** True while a snapshot holds the overlay; the next write then copies it. */
  #shared = false;

  constructor(generation: Generation) {
    this.object = generation.object;
    this.generatedRows = generation.rows[this.object.name] ?? 0;
    this.generated = compileColumns(generation);
    this.#count = this.generatedRows;
  }

  snapshot(): Snapshot {
    this.#shared = true;
    return new Snapshot(this.object, this.generated, this.#count, this.#overlay, this.#deleted);
  }

  /** Rows that are not deleted. */
  get liveRows(): number {
    return this.#count - this.#deleted;
  }

  get count(): number {
    return this.#count;
  }

  version(index: number): RowVersion | undefined {
    return this.#overlay.get(index);
  }

  /** Index of an id of 15 or 18 characters; undefined where no row ever had it. */
  indexOf(id: string): number | undefined {
    const index = indexOfId(this.object.keyPrefix, id);
    return index !== undefined && index < this.#count ? index : undefined;
  }

  write(index: number, version: RowVersion): void {
    if (this.#shared) {
      this.#overlay = new Map(this.#overlay);
      this.#shared = false;
    }
    if (version.deleted && this.#overlay.get(index)?.deleted !== true) this.#deleted += 1;
    this.#overlay.set(index, version);
  }

  /** The index of a new row. */
  append(): number {
    this.#count += 1;
    return this.#count - 1;
  }
}
