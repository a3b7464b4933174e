import { isDeepStrictEqual } from 'node:util';
import type { SourceColumn } from '@tributary/xdm';
import type { SchemaDriftPolicy } from './documents.ts';
import type { RunNotice } from './notices.ts';
import type { FlowViolation } from './prepare-flow.ts';

/** How the columns of a table differ from those that the flow's last landed run found. */
export interface SchemaDrift {
  readonly added: readonly SourceColumn[];
  readonly removed: readonly SourceColumn[];
  readonly retyped: readonly RetypedColumn[];
}

export interface RetypedColumn {
  readonly name: string;
  readonly from: ColumnNature;
  readonly to: ColumnNature;
}

type ColumnNature = Omit<SourceColumn, 'name'>;

/** What a flow does with columns that are new, gone or of another type, where it says nothing else. */
export const DEFAULT_DRIFT_POLICY: SchemaDriftPolicy = 'ignore';

/** Compares columns by name. The order of columns, and that of what they nest, means nothing. */
export function schemaDrift(before: readonly SourceColumn[], now: readonly SourceColumn[]): SchemaDrift {
  const former = new Map(before.map((column) => [column.name, column]));
  const names = new Set(now.map(({ name }) => name));
  return {
    added: now.filter(({ name }) => !former.has(name)),
    removed: before.filter(({ name }) => !names.has(name)),
    retyped: now.flatMap((column) => {
      const earlier = former.get(column.name);
      if (earlier === undefined || isSameNature(earlier, column)) return [];
      return [{ name: column.name, from: natureOf(earlier), to: natureOf(column) }];
    }),
  };
}

/** The columns that a drift has led to; undefined where it did not start from `before`. */
export function afterDrift(
  before: readonly SourceColumn[],
  { added, removed, retyped }: SchemaDrift,
): readonly SourceColumn[] | undefined {
  const former = new Map(before.map((column) => [column.name, column]));
  const left = [...removed, ...retyped.map(({ name, from }) => ({ name, ...from }))];
  const startsHere =
    added.every(({ name }) => !former.has(name)) &&
    left.every((column) => {
      const earlier = former.get(column.name);
      return earlier !== undefined && isSameNature(earlier, column);
    });
  if (!startsHere) return undefined;
  const changed = new Set(left.map(({ name }) => name));
  return [
    ...before.filter(({ name }) => !changed.has(name)),
    ...retyped.map(({ name, to }) => ({ name, ...to })),
    ...added,
  ];
}

export function hasDrifted({ added, removed, retyped }: SchemaDrift): boolean {
  return added.length + removed.length + retyped.length > 0;
}

/** The notice of a drift, with what it means for columns that mappings read. */
export function driftNotices(
  drift: SchemaDrift | undefined,
  read: ReadonlySet<string>,
): readonly RunNotice[] {
  if (drift === undefined || !hasDrifted(drift)) return [];
  const mapped = drift.retyped.map(({ name }) => name).filter((name) => read.has(name));
  const meaning =
    mapped.length === 0 ? '' : ` The mappings read ${listOf(mapped)} with the new type, and still fit.`;
  const message = `The table's columns have changed since the flow's last run: ${wordsOf(drift)}.${meaning}`;
  return [{ code: 'SCHEMA_DRIFT', message }];
}

/** What a run has to tell that a drift fails: why, and that it may be accepted. */
export interface RefusedDrift {
  readonly violation: FlowViolation;
  /** By which clients offer to accept it. */
  readonly notice: RunNotice;
}

/** The refusal of any drift, as the policy of a flow may be. */
export function refusedDrift(drift: SchemaDrift): RefusedDrift {
  return {
    violation: {
      path: '/options/schemaDrift',
      message:
        `nothing was read, for the table's columns have changed since the flow's last run: ${wordsOf(drift)}. ` +
        `Change the mappings where they must follow, then accept the change: ${ACCEPT}.`,
    },
    notice: refusedNotice(drift),
  };
}

/** The refusal of a drift of key columns by whose texts rows are found. */
export function refusedKeyDrift(drift: SchemaDrift): RefusedDrift {
  return {
    violation: {
      path: '/transformations',
      message:
        `nothing was read, for a column of the key has another type since the flow's last run: ${wordsOf(drift)}. Rows of the ` +
        'dataset are found by the text of the key: one that is written in another way now, as 7 in the place of 007, would come ' +
        'beside its former version. Have the column as it was (of files, by declaring its type in the source connection), or ' +
        `accept the change where the texts are the same: ${ACCEPT}.`,
    },
    notice: refusedNotice(drift),
  };
}

const ACCEPT = 'POST /runs/{id of this run}/action?op=accept-drift';

function refusedNotice(drift: SchemaDrift): RunNotice {
  const message =
    `The table's columns have changed since the flow's last run: ${wordsOf(drift)}. The flow's runs fail until the change ` +
    'is accepted, by the action accept-drift of this run.';
  return { code: 'SCHEMA_DRIFT_REFUSED', message };
}

/** What may be behind an error about columns, in brackets; empty where no column is gone or of another type. */
export function driftAside(drift: SchemaDrift | undefined): string {
  if (drift === undefined || drift.removed.length + drift.retyped.length === 0) return '';
  return ` (since the flow's last run: ${wordsOf({ ...drift, added: [] })})`;
}

function wordsOf({ added, removed, retyped }: SchemaDrift): string {
  const parts = [
    added.length === 0 ? [] : `${listOf(added.map(({ name }) => name))} new`,
    removed.length === 0 ? [] : `${listOf(removed.map(({ name }) => name))} gone`,
    retyped.length === 0
      ? []
      : listOf(retyped.map(({ name, from, to }) => `${name} ${typeName(to)} instead of ${typeName(from)}`)),
  ];
  return parts.flat().join('; ');
}

/** More names than this are only counted. */
export const MAX_NAMES = 20;

/** Names one after another, in which hundreds are cut short. */
export function listOf(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}

function typeName({ type, originalType, digits }: ColumnNature): string {
  const kind = typeof type === 'string' ? type : type.kind;
  const name = digits === undefined ? kind : `${kind}(${digits.precision},${digits.scale})`;
  return originalType === undefined ? name : `${name} (${originalType})`;
}

function natureOf({ name: _name, ...nature }: SourceColumn): ColumnNature {
  return nature;
}

function isSameNature(one: SourceColumn, other: SourceColumn): boolean {
  return (
    one.originalType === other.originalType &&
    isDeepStrictEqual(sorted(one.type), sorted(other.type)) &&
    // What an earlier release has kept of a column tells no digits.
    (one.digits === undefined || other.digits === undefined || isDeepStrictEqual(one.digits, other.digits))
  );
}

/** A type whose nested fields are in the order of their names. */
function sorted(type: SourceColumn['type']): unknown {
  if (typeof type === 'string') return type;
  switch (type.kind) {
    case 'array':
      return { ...type, items: sorted(type.items) };
    case 'map':
      return { ...type, values: sorted(type.values) };
    case 'object':
      return new Map(type.fields.map((field) => [field.name, sorted(field.type)]));
  }
}
