import type { ExpressionType } from './plan.ts';
import { heldAs } from './sql/types.ts';
import { didYouMean, type Hint } from './suggest.ts';
import { describeType } from './types.ts';

/** The type of a member, or why there is none: a clause without a full stop. */
export type MemberOutcome =
  | { readonly type: ExpressionType }
  | { readonly problem: string; readonly hint: Hint };

/**
 * A field that an object of known structure lacks is a mistake; a key of a map and a member of JSON may be absent from any
 * row. A path leads through an array into each of its elements.
 */
export function memberType(type: ExpressionType, name: string): MemberOutcome {
  if (type === 'json' || type === 'null' || type === 'unknown') return { type };
  if (typeof type === 'string') {
    const hint = { suggestions: [], sentence: '' };
    return { problem: `a value of type ${describeType(type)} has no field "${name}"`, hint };
  }
  switch (type.kind) {
    case 'map':
      return { type: type.values };
    case 'array': {
      const items = memberType(type.items, name);
      return 'problem' in items ? items : { type: { kind: 'array', items: items.type } };
    }
    case 'object': {
      const field = type.fields.find((candidate) => candidate.name === name);
      if (field !== undefined) return { type: heldAs(field.type) };
      const names = type.fields.map((candidate) => candidate.name);
      return { problem: `there is no field "${name}" here`, hint: didYouMean(name, names) };
    }
  }
}
