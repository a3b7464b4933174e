import type { ArrayConstraints, Constraints } from '../compose/node.ts';
import type { BreakingChange, EvolutionRule } from './evolution.ts';

/** A constraint that some values met before and would not meet now. */
export type Narrowing = Omit<BreakingChange, 'path'>;

type Limits = Constraints & ArrayConstraints;

/** A pair of names may limit one side together: `minimum` and `exclusiveMinimum` are both lower bounds. */
interface Side {
  readonly rule: EvolutionRule;
  readonly inclusive: keyof Limits;
  readonly exclusive?: keyof Limits;
  /** 1: a lower limit, which narrows by rising; -1: an upper one. */
  readonly sign: 1 | -1;
}

const sides: readonly Side[] = [
  { rule: 'bounds narrowed', inclusive: 'minimum', exclusive: 'exclusiveMinimum', sign: 1 },
  { rule: 'bounds narrowed', inclusive: 'maximum', exclusive: 'exclusiveMaximum', sign: -1 },
  { rule: 'length narrowed', inclusive: 'minLength', sign: 1 },
  { rule: 'length narrowed', inclusive: 'maxLength', sign: -1 },
  { rule: 'items narrowed', inclusive: 'minItems', sign: 1 },
  { rule: 'items narrowed', inclusive: 'maxItems', sign: -1 },
];

/** What the constraints of one field, of the same type before and after, no longer admit. */
export function constraintNarrowings(before: Limits, after: Limits): readonly Narrowing[] {
  return [
    ...valuesRestricted(before.enum, after.enum),
    ...textChanged('pattern narrowed', before.pattern, after.pattern, { mayGo: true }),
    ...textChanged('format changed', before.format, after.format, { mayGo: false }),
    ...scaleChanged(before.multipleOf, after.multipleOf),
    ...sides.flatMap((side) => sideNarrowed(side, before, after)),
    ...(after.uniqueItems === true && before.uniqueItems !== true
      ? [{ rule: 'items narrowed' as const, before: 'items may repeat', after: 'items are unique' }]
      : []),
  ];
}

function valuesRestricted(
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): readonly Narrowing[] {
  if (after === undefined) return [];
  if (before === undefined) {
    return [{ rule: 'values restricted', before: 'any text', after: `only ${after.join(', ')}` }];
  }
  const gone = before.filter((value) => !after.includes(value));
  if (gone.length === 0) return [];
  return [{ rule: 'values restricted', before: before.join(', '), after: `without ${gone.join(', ')}` }];
}

/** Whether one pattern admits what another did cannot be told, so any other one counts as narrower. */
function textChanged(
  rule: EvolutionRule,
  before: string | undefined,
  after: string | undefined,
  { mayGo }: { readonly mayGo: boolean },
): readonly Narrowing[] {
  if (before === after || (after === undefined && mayGo)) return [];
  return [{ rule, before: before ?? 'none', after: after ?? 'none' }];
}

/** In the table it is another type, whichever way it changes: decimals of one scale are not those of another, nor doubles. */
function scaleChanged(before: number | undefined, after: number | undefined): readonly Narrowing[] {
  if (before === after) return [];
  const named = (value: number | undefined) => (value === undefined ? 'none' : `multipleOf ${value}`);
  return [{ rule: 'scale changed', before: named(before), after: named(after) }];
}

function sideNarrowed(side: Side, before: Limits, after: Limits): readonly Narrowing[] {
  const [former, next] = [limitOf(side, before), limitOf(side, after)];
  if (next === undefined) return [];
  const isNarrower =
    former === undefined ||
    side.sign * (next.value - former.value) > 0 ||
    (next.value === former.value && next.isExclusive && !former.isExclusive);
  if (!isNarrower) return [];
  return [{ rule: side.rule, before: former?.text ?? 'no limit', after: next.text }];
}

interface Limit {
  readonly value: number;
  readonly isExclusive: boolean;
  /** `minimum 3`. */
  readonly text: string;
}

/** The tighter of the side's two limits. */
function limitOf({ inclusive, exclusive, sign }: Side, limits: Limits): Limit | undefined {
  const named = (name: keyof Limits | undefined, isExclusive: boolean): readonly Limit[] => {
    const value = name === undefined ? undefined : limits[name];
    return typeof value === 'number' ? [{ value, isExclusive, text: `${name} ${value}` }] : [];
  };
  const [first, second] = [...named(exclusive, true), ...named(inclusive, false)];
  if (first === undefined || second === undefined) return first;
  return sign * (second.value - first.value) > 0 ? second : first;
}
