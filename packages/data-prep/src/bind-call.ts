import { bindPathText } from './bind-path-text.ts';
import { type Scope, unknownColumn } from './bind-scope.ts';
import { acceptsCount } from './check-calls.ts';
import { convert } from './convert.ts';
import { isMismatch, type Parameter, type SignatureRule } from './functions/entry.ts';
import { findOperator } from './functions/operators.ts';
import { findFunction } from './functions/table.ts';
import type { ExpressionType, PlanExpression } from './plan.ts';
import { canConvert } from './sql/conversion.ts';
import { numberShape, wholeNumberShape } from './sql/shaped.ts';
import type { Expression, Span } from './syntax/expression.ts';
import { describeType, isArray, isNumeric, itemsOf } from './types.ts';

/** Binds a call of a function or method; the receiver of a method is its first argument. */
export function bindCall(
  name: string,
  nameSpan: Span,
  args: readonly Expression[],
  scope: Scope,
): PlanExpression {
  const entry = findFunction(name);
  if (entry === undefined || !acceptsCount(entry, args.length)) {
    for (const arg of args) if (arg.kind !== 'lambda') scope.bind(arg, scope);
    return unknownColumn(name);
  }
  const bound: PlanExpression[] = [];
  for (const [index, arg] of args.entries()) {
    const parameter = entry.parameters[index] ?? entry.parameters.at(-1);
    const argument = bindArgument(entry.name, parameter, arg, bound[0], scope);
    if (parameter?.checkLiteral !== undefined) checkLiteral(entry.name, parameter, argument, arg.span, scope);
    bound.push(argument);
  }
  return apply(entry.name, entry.signature, bound, (index) => args[index]?.span ?? nameSpan, scope);
}

function bindArgument(
  name: string,
  parameter: Parameter | undefined,
  argument: Expression,
  first: PlanExpression | undefined,
  scope: Scope,
): PlanExpression {
  switch (parameter?.readAs) {
    case 'lambda':
      return bindLambda(name, argument, first, scope);
    case 'path':
      return bindPathText(name, argument, scope);
    case 'attribute':
      return isBareAttribute(argument, first?.type ?? 'unknown', scope)
        ? { kind: 'literal', type: 'string', value: argument.name }
        : scope.bind(argument, scope);
    default:
      return scope.bind(argument, scope);
  }
}

/** Of JSON it is not known whether it is an array, and a name that is a column's may be meant as such. */
function isBareAttribute(
  argument: Expression,
  first: ExpressionType,
  { columns, parameters }: Scope,
): argument is Extract<Expression, { readonly kind: 'name' }> {
  if (argument.kind !== 'name') return false;
  return (
    isArray(first) ||
    (first === 'json' && columns?.has(argument.name) !== true && !parameters.has(argument.name))
  );
}

function bindLambda(
  name: string,
  argument: Expression,
  first: PlanExpression | undefined,
  scope: Scope,
): PlanExpression {
  if (argument.kind !== 'lambda') {
    scope.bind(argument, scope);
    const message = `In ${name}(), a function of an element is needed here, such as "x -> x > 0".`;
    scope.errors.add('argument-type', argument.span, message);
    return unknownColumn(name);
  }
  const { parameter } = argument;
  const element = itemsOf(first?.type ?? 'unknown') ?? 'unknown';
  const parameters = new Map([...scope.parameters, [parameter, element]]);
  const body = scope.bind(argument.body, { ...scope, parameters });
  return { kind: 'lambda', type: body.type, parameter, body };
}

/** Binds the use of an operator that the parser knows. */
export function bindOperator(
  name: string,
  operands: readonly Expression[],
  span: Span,
  scope: Scope,
): PlanExpression {
  const entry = findOperator(name);
  if (entry === undefined) throw new Error(`The parser made an operator ${name} that no table knows`);
  const bound = operands.map((operand) => scope.bind(operand, scope));
  const right = bound[1]?.type ?? 'null';
  const mayBeArray = isArray(right) || right === 'json' || right === 'unknown';
  if (entry.checkRightLiteral !== undefined && !mayBeArray) {
    const pattern: Parameter = {
      name: 'pattern',
      type: 'string',
      description: '',
      checkLiteral: entry.checkRightLiteral,
    };
    checkLiteral(name, pattern, bound[1], operands[1]?.span ?? span, scope);
  }
  return apply(name, entry.signature, bound, (index) => operands[index]?.span ?? span, scope);
}

function checkLiteral(
  name: string,
  parameter: Parameter,
  argument: PlanExpression | undefined,
  span: Span,
  scope: Scope,
): void {
  if (argument?.kind !== 'literal' || typeof argument.value !== 'string') {
    if (parameter.mayVary === true) return;
    const message = `The ${parameter.name} of ${describeCall(name)} must be a text in quotation marks, as it is compiled ahead.`;
    scope.errors.add('argument-type', span, message);
    return;
  }
  const problem = parameter.checkLiteral?.(argument.value);
  if (problem === undefined) return;
  const message = `The ${parameter.name} of ${describeCall(name)} cannot be used: ${problem}.`;
  scope.errors.add('argument-value', span, message);
}

/** Brings arguments that are bound already to what a signature asks for. */
export function apply(
  name: string,
  rule: SignatureRule,
  args: readonly PlanExpression[],
  spanOf: (index: number) => Span,
  scope: Scope,
): PlanExpression {
  const types = args.map(({ type }) => type);
  const literals = args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
  const signature = rule(types, literals);
  if (isMismatch(signature)) {
    const { argument, message, hint } = signature;
    const sentence = `In ${describeCall(name)}, ${message}.${hint?.sentence ?? ''}`;
    scope.errors.add(
      'argument-type',
      spanOf(argument ?? 0),
      sentence,
      hint && { suggestions: hint.suggestions },
    );
    return unknownColumn(name);
  }
  const converted = args.map((arg, index) => {
    const wanted = signature.arguments[index] ?? arg.type;
    const problem = conversionProblem(arg, wanted);
    if (problem !== undefined) {
      scope.errors.add('argument-type', spanOf(index), `In ${describeCall(name)}, ${problem}.`);
    }
    return convert(arg, wanted);
  });
  return { kind: 'call', type: signature.returns, function: name, arguments: converted };
}

function describeCall(name: string): string {
  return /^\w/.test(name) ? `${name}()` : `"${name}"`;
}

function conversionProblem(argument: PlanExpression, wanted: ExpressionType): string | undefined {
  if (!canConvert(argument.type, wanted)) {
    return `a value of type ${describeType(argument.type)} can't be used where ${describeType(wanted)} is needed`;
  }
  if (argument.kind !== 'literal' || typeof argument.value !== 'string' || argument.type !== 'string')
    return undefined;
  const shape = wanted === 'integer' || wanted === 'long' ? wholeNumberShape : numberShape;
  if (!isNumeric(wanted) || new RegExp(`^(?:${shape})$`).test(argument.value)) return undefined;
  return `the text "${argument.value}" can't be used where a number is needed`;
}
