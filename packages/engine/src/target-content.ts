import type { PlannedTarget } from '@tributary/data-prep';
import type { XdmNode } from '@tributary/xdm';
import { EngineError } from './engine-error.ts';
import { commonType, joined } from './filled-type.ts';
import { formatTargetPath } from './target-path.ts';
import type { TargetField, TargetFieldType } from './transform.ts';

/** A field of the table as far as the plan fills it, and what fills it. */
export interface TargetTree {
  readonly field: TargetField;
  readonly content: Content;
}

export type StructType = Extract<TargetFieldType, { readonly kind: 'struct' }>;
export type ListType = Extract<TargetFieldType, { readonly kind: 'list' }>;
export type MapType = Extract<TargetFieldType, { readonly kind: 'map' }>;

/**
 * What fills a field, or a part of one. `whole` is a planned target that fills all of it; what stands beside it adds to it,
 * or takes the place of a part of it.
 */
export type Content =
  | { readonly kind: 'value'; readonly type: TargetFieldType; readonly whole: number }
  | (Composed & {
      readonly kind: 'struct';
      readonly type: StructType;
      readonly members: ReadonlyMap<string, Content>;
    })
  | (Composed & {
      readonly kind: 'list';
      readonly type: ListType;
      /** By index, from 0. */
      readonly elements: ReadonlyMap<number, Content>;
      /** What each element is filled with, beside those of `elements`. */
      readonly each: Content | undefined;
    })
  | (Composed & {
      readonly kind: 'map';
      readonly type: MapType;
      readonly entries: ReadonlyMap<string, Content>;
    });

interface Composed {
  readonly whole: number | undefined;
  /** What `whole` fills of the type. */
  readonly wholeType: TargetFieldType | undefined;
}

const ELEMENT = /^\[?(\d+)\]?$/;
const EACH = /^\[?\*\]?$/;

/**
 * Finds the fields that the targets fill, in the table's order. A field's type is the table's, less what nothing fills.
 * @throws EngineError `invalid` for a target that is no field of the table, or clashes with another.
 */
export function targetTrees(
  targets: readonly PlannedTarget[],
  fields: readonly TargetField[],
): readonly TargetTree[] {
  const root = new Branch();
  for (const [index, { path }] of targets.entries()) {
    if (!root.add(path, index)) {
      throw new EngineError('invalid', `The target path ${formatTargetPath(path)} is mapped twice.`);
    }
  }
  const { members, type } = new ContentBuilder(targets).members(root, fields, []);
  return type.fields.flatMap((field) => {
    const content = members.get(field.name);
    return content === undefined ? [] : [{ field, content }];
  });
}

/** The planned targets below a content, itself included. */
export function targetsOf(content: Content): readonly number[] {
  if (content.kind === 'value') return [content.whole];
  const whole = content.whole === undefined ? [] : [content.whole];
  return [...whole, ...partsOf(content).flatMap(targetsOf)];
}

/** What each planned target below a content fills. */
export function wholeTypes(content: Content): readonly (readonly [target: number, type: TargetFieldType])[] {
  if (content.kind === 'value') return [[content.whole, content.type]];
  const { whole, wholeType } = content;
  const own = whole === undefined || wholeType === undefined ? [] : [[whole, wholeType] as const];
  return [...own, ...partsOf(content).flatMap(wholeTypes)];
}

function partsOf(content: Exclude<Content, { readonly kind: 'value' }>): readonly Content[] {
  switch (content.kind) {
    case 'struct':
      return [...content.members.values()];
    case 'list':
      return [...content.elements.values(), ...(content.each === undefined ? [] : [content.each])];
    case 'map':
      return [...content.entries.values()];
  }
}

/** What targets of one parent have in common: their paths, segment by segment. */
class Branch {
  whole: number | undefined;
  readonly branches = new Map<string, Branch>();

  /** False where the path is taken. */
  add(path: readonly string[], target: number): boolean {
    const [name, ...rest] = path;
    if (name === undefined) {
      const isFree = this.whole === undefined;
      this.whole ??= target;
      return isFree;
    }
    const branch = this.branches.get(name) ?? new Branch();
    this.branches.set(name, branch);
    return branch.add(rest, target);
  }
}

type Path = readonly string[];

class ContentBuilder {
  readonly #targets: readonly PlannedTarget[];

  constructor(targets: readonly PlannedTarget[]) {
    this.#targets = targets;
  }

  members(branch: Branch, fields: readonly TargetField[], path: Path) {
    const members = new Map<string, Content>();
    for (const [name, below] of branch.branches) {
      const field = fields.find((candidate) => candidate.name === name);
      if (field === undefined) throw noField([...path, name]);
      members.set(name, this.#content(below, field.type, [...path, name]));
    }
    const whole = this.#wholeType({ kind: 'struct', fields }, branch.whole);
    const filled = fields.flatMap((field): readonly TargetField[] => {
      const copied = whole?.kind === 'struct' && whole.fields.find(({ name }) => name === field.name);
      const type = joined(members.get(field.name)?.type, copied ? copied.type : undefined);
      return type === undefined ? [] : [{ ...field, type }];
    });
    requireDistinctNames(filled, path);
    return { members, type: { kind: 'struct', fields: filled } as const };
  }

  #content(branch: Branch, type: TargetFieldType, path: Path): Content {
    const { whole, branches } = branch;
    const wholeType = this.#wholeType(type, whole);
    if (branches.size === 0 && whole !== undefined && wholeType !== undefined) {
      return { kind: 'value', type: wholeType, whole };
    }
    switch (type.kind) {
      case 'scalar':
        throw noField([...path, ...branches.keys()]);
      case 'struct': {
        const { members, type: filled } = this.members(branch, type.fields, path);
        if (filled.fields.length === 0) throw noField(path);
        return { kind: 'struct', whole, wholeType, members, type: filled };
      }
      case 'list': {
        const parts = this.#elements(branches, type, path);
        const each = branches.get('[*]') ?? branches.get('*');
        const eachContent = each && this.#content(each, type.element, [...path, '[*]']);
        const element = [...parts.values(), ...(eachContent ? [eachContent] : [])]
          .map((part) => part.type)
          .reduce(joined, wholeType?.kind === 'list' ? wholeType.element : undefined);
        if (element === undefined) throw noField(path);
        return {
          kind: 'list',
          type: { ...type, element },
          whole,
          wholeType,
          elements: parts,
          each: eachContent,
        };
      }
      case 'map': {
        const entries = new Map(
          Array.from(branches, ([key, below]) => [key, this.#content(below, type.value, [...path, key])]),
        );
        const value = [...entries.values()]
          .map((part) => part.type)
          .reduce(joined, wholeType?.kind === 'map' ? wholeType.value : undefined);
        if (value === undefined) throw noField(path);
        return { kind: 'map', type: { ...type, value }, whole, wholeType, entries };
      }
    }
  }

  #elements(branches: Branch['branches'], { element }: ListType, path: Path): ReadonlyMap<number, Content> {
    const elements = new Map<number, Content>();
    for (const [segment, below] of branches) {
      if (EACH.test(segment)) continue;
      const index = Number(ELEMENT.exec(segment)?.[1] ?? Number.NaN);
      if (Number.isNaN(index)) throw noField([...path, segment]);
      elements.set(index, this.#content(below, element, [...path, segment]));
    }
    return elements;
  }

  /** The part of a type that a target which fills all of it can fill. */
  #wholeType(type: TargetFieldType, whole: number | undefined): TargetFieldType | undefined {
    const planned = whole === undefined ? undefined : this.#targets[whole];
    return planned && commonType(type, filledNode(planned));
  }
}

/** What one value of a target fills: the node, less the lists that the target iterates over. */
function filledNode({ target, iterates = 0 }: PlannedTarget): XdmNode {
  let node = target;
  for (let level = 0; level < iterates && node.kind === 'array'; level++) node = node.items;
  return node;
}

/** DuckDB, as most readers of the lake, does not tell names apart by case. */
function requireDistinctNames(siblings: readonly TargetField[], path: Path): void {
  const byName = Map.groupBy(siblings, ({ name }) => name.toLowerCase());
  for (const [one, other] of byName.values()) {
    if (one === undefined || other === undefined) continue;
    const paths = [one, other].map(({ name }) => formatTargetPath([...path, name]));
    throw new EngineError(
      'invalid',
      `The mapped fields ${paths.join(' and ')} differ in case only: map one of them.`,
    );
  }
}

function noField(path: Path): EngineError {
  return new EngineError('invalid', `The target path ${formatTargetPath(path)} is no field of the dataset.`);
}
