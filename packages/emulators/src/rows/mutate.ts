import type { Column, Value } from './columns.ts';
import type { StampFields } from './field.ts';
import { mix, saltOf } from './hash.ts';
import type { RowVersion, Table } from './table.ts';

/** What to do to one object. Which rows, and to what, follows from the seed and `counter` alone. */
export interface Mutation {
  readonly object: string;
  readonly update: number;
  readonly insert: number;
  readonly delete: number;
  /** Rows that come back from the recycle bin; none where it is left out. */
  readonly undelete?: number;
  /** Rows that go without a trace, past the recycle bin. */
  readonly hardDelete?: number;
  /** Values that every updated and inserted row gets, valid for the field or not. */
  readonly set: Readonly<Record<string, Value>>;
  /** Mutations made before this one, over all objects. */
  readonly counter: number;
  /** When the rows changed, as they tell it; epoch milliseconds, whole seconds. */
  readonly stamp: number;
}

export interface MutatedIds {
  readonly updated: readonly string[];
  readonly inserted: readonly string[];
  readonly deleted: readonly string[];
  readonly undeleted: readonly string[];
  readonly hardDeleted: readonly string[];
}

/** Tries before a group of fields is left as it was: with two values to draw from, one in 65,536 misses. */
const DRAWS = 16;

/** Versions of changed rows are above those of all generated ones. */
const FIRST_CHANGED_VERSION = 1_000_000_000;
const MOST_ROWS_OF_A_MUTATION = 1_000_000;

/** The highest version that any row has after this many mutations. */
export function latestVersion(mutations: number): number {
  return FIRST_CHANGED_VERSION + mutations * MOST_ROWS_OF_A_MUTATION - 1;
}

/** Changes rows of the table; needs `update + delete + hardDelete` live rows and `undelete` binned ones, which the caller has checked. */
export function applyMutation(
  table: Table,
  fields: StampFields,
  seed: number,
  mutation: Mutation,
): MutatedIds {
  const { counter, stamp } = mutation;
  const salt = saltOf(seed, `${table.object.name}.mutation.${counter}`);
  const idOf = table.ids.idsOf(table.object.name);
  const { update, undelete = 0, hardDelete = 0 } = mutation;
  const kept = update + mutation.delete;
  const chosen = chooseRows(table, salt, kept + hardDelete, (row) => row?.deleted !== true);
  const updated = chosen.slice(0, update).sort(byIndex);
  const deleted = chosen.slice(update, kept).sort(byIndex);
  const hardDeleted = chosen.slice(kept).sort(byIndex);
  const isBinned = (row: RowVersion | undefined) => row?.deleted === true && row.purged !== true;
  const undeleted = chooseRows(table, salt, undelete, isBinned).sort(byIndex);
  const createdStamps = Object.fromEntries(fields.created.map((name) => [name, stamp]));
  const changedStamps = Object.fromEntries(fields.changed.map((name) => [name, stamp]));
  const deletedMark = (isGone: boolean) => (fields.deleted === undefined ? {} : { [fields.deleted]: isGone });
  let version = FIRST_CHANGED_VERSION + counter * MOST_ROWS_OF_A_MUTATION;
  const stamps = () =>
    fields.version === undefined ? changedStamps : { ...changedStamps, [fields.version]: version++ };

  for (const index of updated) {
    const before = table.version(index)?.changes ?? {};
    const drawn = drawChanges(table, salt, index);
    table.write(index, { deleted: false, changes: { ...before, ...drawn, ...mutation.set, ...stamps() } });
  }
  for (const index of deleted) {
    const before = table.version(index)?.changes ?? {};
    table.write(index, { deleted: true, changes: { ...before, ...deletedMark(true), ...stamps() } });
  }
  for (const index of undeleted) {
    const before = table.version(index)?.changes ?? {};
    table.write(index, { deleted: false, changes: { ...before, ...deletedMark(false), ...stamps() } });
  }
  for (const index of hardDeleted) {
    table.write(index, { deleted: true, purged: true, changes: table.version(index)?.changes ?? {} });
  }
  const inserted: number[] = [];
  for (let n = 0; n < mutation.insert; n++) {
    const index = table.append();
    table.write(index, { deleted: false, changes: { ...createdStamps, ...mutation.set, ...stamps() } });
    inserted.push(index);
  }
  return {
    updated: updated.map(idOf),
    inserted: inserted.map(idOf),
    deleted: deleted.map(idOf),
    undeleted: undeleted.map(idOf),
    hardDeleted: hardDeleted.map(idOf),
  };
}

function byIndex(a: number, b: number): number {
  return a - b;
}

/** Walks all rows in a scattered order (a step coprime to their number) and takes the first that fit. */
function chooseRows(
  table: Table,
  salt: number,
  wanted: number,
  fits: (row: RowVersion | undefined) => boolean,
): number[] {
  const { count } = table;
  const chosen: number[] = [];
  if (count === 0 || wanted === 0) return chosen;
  let at = mix(salt, 1) % count;
  const step = coprimeStep(mix(salt, 2) % count, count);
  for (let walked = 0; walked < count && chosen.length < wanted; walked++) {
    if (fits(table.version(at))) chosen.push(at);
    at = (at + step) % count;
  }
  return chosen;
}

function coprimeStep(start: number, count: number): number {
  let step = Math.max(start, 1);
  while (greatestCommonDivisor(step, count) !== 1) step += 1;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** New values for two or three groups of fields, drawn from the same generators at another index. */
function drawChanges(table: Table, salt: number, index: number): Record<string, Value> {
  const { changes: groups } = table.object;
  const first = mix(salt, index);
  const changes: Record<string, Value> = {};
  for (let n = 0; n < Math.min(2 + (first % 2), groups.length); n++) {
    const group = groups[(first + n) % groups.length] ?? [];
    for (let draw = 0; draw < DRAWS; draw++) {
      const elsewhere = mix(salt + draw + 1, index);
      const drawn = group.map((name) => [name, generatedAt(table, name)(elsewhere)] as const);
      if (drawn.some(([name, value]) => value !== null && value !== currentValue(table, name, index))) {
        Object.assign(changes, Object.fromEntries(drawn));
        break;
      }
    }
  }
  return changes;
}

function currentValue(table: Table, name: string, index: number): Value {
  const changed = table.version(index)?.changes[name];
  return changed === undefined ? generatedAt(table, name)(index) : changed;
}

function generatedAt(table: Table, name: string): Column {
  const column = table.generated.get(name);
  if (column === undefined)
    throw new Error(`${table.object.name} lists '${name}' under changes but has no such column.`);
  return column;
}
