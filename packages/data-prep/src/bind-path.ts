import { type Scope, unknownColumn } from './bind-scope.ts';
import { memberType } from './member-type.ts';
import type { PlanExpression } from './plan.ts';
import { heldAs } from './sql/types.ts';
import { didYouMean } from './suggest.ts';
import type { Expression, Span } from './syntax/expression.ts';

/** A name, or a member of a path that starts with a name: `a.b.c`. */
type Path = Extract<Expression, { readonly kind: 'name' | 'member' }>;

/**
 * Looks a path up. A flat source column whose own name has dots goes before one with members: of `a.b.c` the columns
 * `a.b.c`, `a.b` and `a` are tried in this order, and the steps that are left are members.
 */
export function bindPath(path: Path, scope: Scope): PlanExpression {
  const { root, steps } = stepsOf(path);
  const [first, ...rest] = steps;
  if (root !== undefined) return followed(scope.bind(root, scope), steps, path.span, scope);
  if (first === undefined) throw new Error('A path starts with a name');
  const parameter = scope.parameters.get(first);
  if (parameter !== undefined) {
    return followed({ kind: 'parameter', type: parameter, name: first }, rest, path.span, scope);
  }
  if (scope.columns === undefined) return unknownColumn(steps.join('.'));
  for (let length = steps.length; length > 0; length--) {
    const column = scope.columns.get(steps.slice(0, length).join('.'));
    if (column === undefined) continue;
    const { name, type } = column;
    return followed({ kind: 'column', type: heldAs(type), name }, steps.slice(length), path.span, scope);
  }
  const name = steps.join('.');
  const names = [...scope.columns.keys(), ...scope.parameters.keys()];
  const whole = didYouMean(name, names);
  const { suggestions, sentence } = whole.suggestions.length > 0 ? whole : didYouMean(first, names);
  const message = `The source has no column "${name}".${sentence}`;
  scope.errors.add('unknown-column', path.span, message, { suggestions });
  return unknownColumn(name);
}

function stepsOf(path: Path): { readonly root: Expression | undefined; readonly steps: readonly string[] } {
  if (path.kind === 'name') return { root: undefined, steps: [path.name] };
  const { object, name } = path;
  if (object.kind !== 'name' && object.kind !== 'member') return { root: object, steps: [name] };
  const { root, steps } = stepsOf(object);
  return { root, steps: [...steps, name] };
}

function followed(root: PlanExpression, steps: readonly string[], span: Span, scope: Scope): PlanExpression {
  return steps.reduce<PlanExpression>((object, name) => {
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
