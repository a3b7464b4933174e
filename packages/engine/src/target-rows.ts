import type { PlannedTarget } from '@tributary/data-prep';
import { quoteIdentifier } from '@tributary/data-prep';
import type { ObjectNode } from '@tributary/xdm';
import { EngineError } from './engine-error.ts';
import { type RowCheck, requiredCheck } from './row-checks.ts';
import type { TargetField } from './transform.ts';

/** The part of the table that a plan writes: fields in the table's order, down to the mapped values. */
export type TargetTree =
  | {
      readonly kind: 'value';
      readonly field: TargetField;
      /** Index of the planned target whose value goes here. */
      readonly target: number;
    }
  | { readonly kind: 'struct'; readonly field: TargetField; readonly children: readonly TargetTree[] };

/** The name of a planned target's value in the relations built here. */
export function valueName(target: number): string {
  return `v${target}`;
}

/** The name of the flag, never null, that tells that a planned target's expression failed. */
export function failureName(target: number): string {
  return `f${target}`;
}

/** Finds the field that each target fills. */
export function targetTrees(
  targets: readonly PlannedTarget[],
  fields: readonly TargetField[],
): readonly TargetTree[] {
  const trees = treesBelow(
    targets.map(({ path }, index) => ({ path, index })),
    fields,
    [],
  );
  const found = new Set(trees.flatMap(valuesOf));
  const lost = targets.findIndex((_, index) => !found.has(index));
  const lostTarget = targets[lost];
  if (lostTarget !== undefined) {
    const path = lostTarget.path.join('.');
    throw new EngineError(
      'invalid',
      `The target path ${path} is no field of the dataset, or is mapped twice.`,
    );
  }
  return trees;
}

interface Remaining {
  readonly path: readonly string[];
  readonly index: number;
}

function treesBelow(
  targets: readonly Remaining[],
  fields: readonly TargetField[],
  parents: readonly string[],
): readonly TargetTree[] {
  const trees = fields.flatMap((field): readonly TargetTree[] => {
    const depth = parents.length;
    const here = targets.filter(({ path }) => path[depth] === field.name);
    const whole = here.find(({ path }) => path.length === depth + 1);
    if (whole !== undefined) {
      requireSingleValue(field, [...parents, field.name]);
      return [{ kind: 'value', field, target: whole.index }];
    }
    if (here.length === 0 || field.type.kind !== 'struct') return [];
    const children = treesBelow(here, field.type.fields, [...parents, field.name]);
    return children.length === 0 ? [] : [{ kind: 'struct', field, children }];
  });
  requireDistinctNames(trees, parents);
  return trees;
}

/** DuckDB, as most readers of the lake, does not tell names apart by case. */
function requireDistinctNames(siblings: readonly TargetTree[], parents: readonly string[]): void {
  const byName = Map.groupBy(siblings, ({ field }) => field.name.toLowerCase());
  for (const [one, other] of byName.values()) {
    if (one === undefined || other === undefined) continue;
    const paths = [one, other].map(({ field }) => [...parents, field.name].join('.'));
    throw new EngineError(
      'invalid',
      `The mapped fields ${paths.join(' and ')} differ in case only: map one of them.`,
    );
  }
}

function requireSingleValue(field: TargetField, path: readonly string[]): void {
  let { type } = field;
  while (type.kind === 'list') type = type.element;
  if (type.kind === 'scalar') return;
  throw new EngineError('invalid', `No single value fills ${path.join('.')}: map to the fields below it.`);
}

/** The targets below a tree, itself included. */
function valuesOf(tree: TargetTree): readonly number[] {
  return tree.kind === 'value' ? [tree.target] : tree.children.flatMap(valuesOf);
}

/** SQL for a column of the target row; a struct without any value below it is null. */
export function targetExpression(tree: TargetTree): string {
  if (tree.kind === 'value') return valueName(tree.target);
  const members = tree.children.map(
    (child) => `${quoteIdentifier(child.field.name)} := ${targetExpression(child)}`,
  );
  return `CASE WHEN ${isPresent(tree)} THEN struct_pack(${members.join(', ')}) END`;
}

function isPresent(tree: TargetTree): string {
  return `(${valuesOf(tree)
    .map((target) => `${valueName(target)} IS NOT NULL`)
    .join(' OR ')})`;
}

/** Absent, and not merely because a mapping failed: that has been reported already. */
function isMissing(tree: TargetTree, failed: (target: number) => string): string {
  return `NOT ${isPresent(tree)} AND NOT (${valuesOf(tree).map(failed).join(' OR ')})`;
}

/**
 * Checks, object by object, that required fields are there whenever their parent is. The root always is.
 * `failed` is the condition (SQL) that a target's value could not be made.
 */
export function requiredChecks(
  root: ObjectNode,
  trees: readonly TargetTree[],
  failed: (target: number) => string,
): readonly RowCheck[] {
  return requiredBelow(root, trees, failed, [], 'true');
}

function requiredBelow(
  node: ObjectNode,
  trees: readonly TargetTree[],
  failed: (target: number) => string,
  path: readonly string[],
  present: string,
): readonly RowCheck[] {
  const own = [...node.required].map((name) => {
    const tree = trees.find(({ field }) => field.name === name);
    return requiredCheck([...path, name], present, tree === undefined ? 'true' : isMissing(tree, failed));
  });
  const below = trees.flatMap((tree): readonly RowCheck[] => {
    const child = node.properties.get(tree.field.name);
    if (tree.kind === 'value' || child?.kind !== 'object') return [];
    return requiredBelow(child, tree.children, failed, [...path, tree.field.name], isPresent(tree));
  });
  return [...own, ...below];
}
