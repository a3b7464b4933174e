import { type Scope, unknownColumn } from './bind-scope.ts';
import { memberType } from './member-type.ts';
import type { PlanExpression } from './plan.ts';
import { heldAs } from './sql/types.ts';
import { didYouMean } from './suggest.ts';
import type { Expression, Span } from './syntax/expression.ts';

/** A name, or a member of a path that starts with a name: `a.b.c`. */
type Path = Extract<Expression, { readonly kind: 'name' | 'member' }>;

interface Step {
  readonly name: string;
  readonly span: Span;
}

/**
 * Looks a path up. A flat source column whose own name has dots goes before one with members: of `a.b.c` the columns
 * `a.b.c`, `a.b` and `a` are tried in this order, and the steps that are left are members.
 */
export function bindPath(expression: Path, scope: Scope): PlanExpression {
  const { root, steps } = stepsOf(expression);
  if (root !== undefined) return followed(scope.bind(root, scope), steps, scope);
  const path = steps.map(({ name }) => name);
  const [first] = path;
  if (first === undefined) throw new Error('A path starts with a name');
  const parameter = scope.parameters.get(first);
  if (parameter !== undefined) {
    return followed({ kind: 'parameter', type: parameter, name: first }, steps.slice(1), scope);
  }
  const name = path.join('.');
  if (scope.columns === undefined) return unknownColumn(name);
  for (let length = path.length; length > 0; length--) {
    const column = scope.columns.get(path.slice(0, length).join('.'));
    if (column === undefined) continue;
    const root: PlanExpression = { kind: 'column', type: heldAs(column.type), name: column.name };
    return followed(root, steps.slice(length), scope);
  }
  const names = [...scope.columns.keys(), ...scope.parameters.keys()];
  const whole = didYouMean(name, names);
  const { suggestions, sentence } = whole.suggestions.length > 0 ? whole : didYouMean(first, names);
  const message = `The source has no column "${name}".${sentence}`;
  scope.errors.add('unknown-column', expression.span, message, { suggestions });
  return unknownColumn(name);
}

function stepsOf(path: Path): { readonly root: Expression | undefined; readonly steps: readonly Step[] } {
  if (path.kind === 'name') return { root: undefined, steps: [path] };
  const { object, name, nameSpan: span } = path;
  if (object.kind !== 'name' && object.kind !== 'member') return { root: object, steps: [{ name, span }] };
  const { root, steps } = stepsOf(object);
  return { root, steps: [...steps, { name, span }] };
}

function followed(root: PlanExpression, steps: readonly Step[], scope: Scope): PlanExpression {
  return steps.reduce<PlanExpression>((object, { name, span }) => {
    const outcome = memberType(object.type, name);
    if ('problem' in outcome) {
      const { problem, hint } = outcome;
      const message = `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.${hint.sentence}`;
      scope.errors.add('unknown-column', span, message, { suggestions: hint.suggestions });
      return unknownColumn(name);
    }
    return { kind: 'member', type: outcome.type, object, name };
  }, root);
}
