import type { SourceColumn } from '@tributary/xdm';
import { isMismatch, type Parameter, type SignatureRule } from './functions/entry.ts';
import { findOperator, unaryName } from './functions/operators.ts';
import { arrayOfCommon } from './functions/signature.ts';
import { findFunction } from './functions/table.ts';
import type { ExpressionType, PlanExpression } from './plan.ts';
import { canConvert } from './sql/conversion.ts';
import { numberShape, wholeNumberShape } from './sql/shaped.ts';
import { didYouMean } from './suggest.ts';
import type { ErrorCollector } from './syntax/error.ts';
import type { Expression, Span } from './syntax/expression.ts';
import { describeType, isNumeric, sameType } from './types.ts';

/** The columns that names stand for; `unknown` while no source is chosen, when any name will do. */
export type SourceColumns = readonly SourceColumn[] | 'unknown';

/** The name of the internal function that takes its argument to the call's own type. */
export const CONVERT = '(convert)';

const GREATEST_LONG = 2n ** 63n - 1n;
const INTEGER_LIMIT = 2n ** 31n;
const DECIMAL_DIGITS = 20;

/**
 * Looks up the names of an expression that `parseExpression` accepted, decides the type of each part, and makes every
 * conversion explicit. The plan is worth using only if `errors` stayed empty.
 */
export function bindExpression(
  expression: Expression,
  columns: SourceColumns,
  errors: ErrorCollector,
): PlanExpression {
  return new Binder(columns, errors).bind(expression);
}

class Binder {
  readonly #columns: ReadonlyMap<string, SourceColumn> | undefined;
  readonly #errors: ErrorCollector;

  constructor(columns: SourceColumns, errors: ErrorCollector) {
    this.#columns =
      columns === 'unknown' ? undefined : new Map(columns.map((column) => [column.name, column]));
    this.#errors = errors;
  }

  bind(expression: Expression): PlanExpression {
    switch (expression.kind) {
      case 'null':
        return { kind: 'literal', type: 'null', value: null };
      case 'boolean':
        return { kind: 'literal', type: 'boolean', value: expression.value };
      case 'string':
        return { kind: 'literal', type: 'string', value: expression.value };
      case 'integer':
        return this.#wholeNumber(expression.digits, expression.span);
      case 'decimal':
        return this.#fraction(expression.digits, expression.exact, expression.span);
      case 'array':
        return this.#array(expression.items);
      case 'name':
      case 'member':
        return this.#path(expression);
      case 'index':
        return this.#operator('[]', [expression.object, expression.index], expression.span);
      case 'call':
        return this.#call(expression.function, expression.nameSpan, expression.arguments);
      case 'method':
        return this.#call(expression.method, expression.nameSpan, [
          expression.receiver,
          ...expression.arguments,
        ]);
      case 'unary':
        return this.#operator(unaryName(expression.operator), [expression.operand], expression.span);
      case 'binary':
        return this.#operator(expression.operator, [expression.left, expression.right], expression.span);
      case 'logical':
        return this.#operator(expression.operator, expression.operands, expression.span);
      case 'conditional': {
        const { condition, consequent, alternate } = expression;
        return this.#operator('?', [condition, consequent, alternate], expression.span);
      }
    }
  }

  #wholeNumber(digits: string, span: Span): PlanExpression {
    const value = BigInt(digits);
    if (value > GREATEST_LONG) {
      this.#errors.add('argument-value', span, 'Whole numbers beyond 64 bits are not supported.');
    }
    const type = value < INTEGER_LIMIT ? 'integer' : 'long';
    return { kind: 'literal', type, value: Number.isSafeInteger(Number(digits)) ? Number(digits) : digits };
  }

  #fraction(digits: string, exact: boolean, span: Span): PlanExpression {
    const value = Number(digits);
    const tooLarge = exact
      ? digits.replace(/\..*/, '').length > DECIMAL_DIGITS || /e/.test(digits)
      : !Number.isFinite(value);
    if (tooLarge) this.#errors.add('argument-value', span, 'This number is too large.');
    return { kind: 'literal', type: exact ? 'decimal' : 'number', value: exact ? digits : value };
  }

  #array(items: readonly Expression[]): PlanExpression {
    const bound = items.map((item) => this.bind(item));
    const outcome = arrayOfCommon(
      bound.map(({ type }) => type),
      0,
    );
    if (isMismatch(outcome)) {
      const span = items[outcome.argument ?? 0]?.span;
      if (span !== undefined) this.#errors.add('argument-type', span, `Within an array, ${outcome.message}.`);
      return { kind: 'array', type: 'unknown', items: bound };
    }
    const converted = bound.map((item, index) => convert(item, outcome.arguments[index] ?? item.type));
    return { kind: 'array', type: outcome.returns, items: converted };
  }

  /** A path is looked up whole: source columns are flat, and a nested field is a column with dots in its name. */
  #path(expression: Expression): PlanExpression {
    const steps = stepsOf(expression);
    if (steps === undefined) {
      this.#errors.add(
        'unsupported',
        expression.span,
        'Fields can be read only of a source field, not of a value.',
      );
      return unknownColumn('');
    }
    const name = steps.join('.');
    if (this.#columns === undefined) return unknownColumn(name);
    const column = this.#columns.get(name);
    if (column !== undefined) return { kind: 'column', type: column.type, name };
    const { suggestions, sentence } = didYouMean(name, this.#columns.keys());
    const message = `The source has no column "${name}".${sentence}`;
    this.#errors.add('unknown-column', expression.span, message, { suggestions });
    return unknownColumn(name);
  }

  #call(name: string, nameSpan: Span, args: readonly Expression[]): PlanExpression {
    const entry = findFunction(name);
    if (entry === undefined) return unknownColumn(name);
    const bound = args.map((arg) => this.bind(arg));
    const last = entry.parameters.at(-1);
    const parameters = args.map((_, index) => entry.parameters[index] ?? last);
    parameters.forEach((parameter, index) => {
      const span = args[index]?.span ?? nameSpan;
      if (parameter?.checkLiteral !== undefined)
        this.#checkLiteral(entry.name, parameter, bound[index], span);
    });
    return this.#apply(entry.name, entry.signature, bound, (index) => args[index]?.span ?? nameSpan);
  }

  #checkLiteral(name: string, parameter: Parameter, argument: PlanExpression | undefined, span: Span): void {
    if (argument?.kind !== 'literal' || typeof argument.value !== 'string') {
      const message = `The ${parameter.name} of ${name}() must be a text in quotation marks, as it is compiled ahead.`;
      this.#errors.add('argument-type', span, message);
      return;
    }
    const problem = parameter.checkLiteral?.(argument.value);
    if (problem === undefined) return;
    this.#errors.add(
      'argument-value',
      span,
      `The ${parameter.name} of ${name}() cannot be used: ${problem}.`,
    );
  }

  #operator(name: string, operands: readonly Expression[], span: Span): PlanExpression {
    const entry = findOperator(name);
    if (entry === undefined) throw new Error(`The parser made an operator ${name} that no table knows`);
    const bound = operands.map((operand) => this.bind(operand));
    if (entry.checkRightLiteral !== undefined) {
      const right: Parameter = {
        name: 'pattern',
        type: 'string',
        description: '',
        checkLiteral: entry.checkRightLiteral,
      };
      this.#checkLiteral(name, right, bound[1], operands[1]?.span ?? span);
    }
    return this.#apply(name, entry.signature, bound, (index) => operands[index]?.span ?? span);
  }

  #apply(
    name: string,
    rule: SignatureRule,
    args: readonly PlanExpression[],
    spanOf: (index: number) => Span,
  ): PlanExpression {
    const signature = rule(args.map(({ type }) => type));
    if (isMismatch(signature)) {
      const span = spanOf(signature.argument ?? 0);
      this.#errors.add('argument-type', span, `In ${describeCall(name)}, ${signature.message}.`);
      return unknownColumn(name);
    }
    const converted = args.map((arg, index) => {
      const wanted = signature.arguments[index] ?? arg.type;
      const problem = conversionProblem(arg, wanted);
      if (problem !== undefined) {
        this.#errors.add('argument-type', spanOf(index), `In ${describeCall(name)}, ${problem}.`);
      }
      return convert(arg, wanted);
    });
    return { kind: 'call', type: signature.returns, function: name, arguments: converted };
  }
}

function describeCall(name: string): string {
  return /^\w/.test(name) ? `${name}()` : `"${name}"`;
}

function stepsOf(expression: Expression): readonly string[] | undefined {
  if (expression.kind === 'name') return [expression.name];
  if (expression.kind !== 'member') return undefined;
  const steps = stepsOf(expression.object);
  return steps === undefined ? undefined : [...steps, expression.name];
}

function unknownColumn(name: string): PlanExpression {
  return { kind: 'column', type: 'unknown', name };
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

/** Makes a conversion explicit, where there is one to make. */
function convert(expression: PlanExpression, to: ExpressionType): PlanExpression {
  const { type } = expression;
  if (sameType(type, to) || to === 'unknown' || to === 'null') return expression;
  if (type === 'unknown') return expression;
  return { kind: 'call', type: to, function: CONVERT, arguments: [expression] };
}
