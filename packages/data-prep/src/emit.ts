import { CONVERT, convert } from './convert.ts';
import type { CallContext, EmittedArgument } from './functions/entry.ts';
import { findOperator } from './functions/operators.ts';
import { findFunction } from './functions/table.ts';
import type { EmittedSql, ExpressionType, PlanExpression, PlannedTarget } from './plan.ts';
import { emitConversion } from './sql/conversion.ts';
import { madeOf, nullWhereFailed, total } from './sql/emitted.ts';
import { emitMember } from './sql/member.ts';
import { heldValue, structOf } from './sql/nested.ts';
import { quoteLiteral } from './sql/quote.ts';
import { type Goal, goalOfNode, sqlTypeOf } from './sql/types.ts';

/** What emitted SQL refers to. The session that runs it must have `TimeZone` set to UTC. */
export interface EmitContext {
  /**
   * SQL that reads a source column, already in the SQL type that `sqlTypeOf` names for the column's type. A text of the
   * source that can't be read as that type is NULL here, and so is JSON's own null; telling of it is the reader's part. The
   * relation has no column whose name begins with `bound`: the parameters of SQL lambdas are called so.
   */
  readonly column: (name: string) => string;
  /** What `now()` answers, the same for every row. */
  readonly now: Date;
}

/** SQL for an expression: its value in the SQL type of the expression's type, NULL where it fails. */
export function emitExpression(expression: PlanExpression, context: EmitContext): EmittedSql {
  return nullWhereFailed(emit(expression, { ...context, parameters: new Map() }));
}

/** SQL for a target: the expression's value, brought to the target's type by the rules for conversions. */
export function emitTarget({ expression, target }: PlannedTarget, context: EmitContext): EmittedSql {
  const goal = goalOfNode(target);
  if (goal === undefined) throw new Error('A node that declares nothing cannot be filled');
  const wanted = isExpressionType(goal) ? convert(expression, goal) : expression;
  const emitted = emit(wanted, { ...context, parameters: new Map() });
  return nullWhereFailed(emitConversion(emitted, wanted.type, goal));
}

/** Whether values of an expression may have the type of a goal; there are narrower whole numbers among the goals. */
function isExpressionType(goal: Goal): goal is Exclude<Goal, 'byte' | 'short' | object> {
  return typeof goal === 'string' && goal !== 'byte' && goal !== 'short';
}

interface Emission extends EmitContext {
  /** SQL of the parameters of the lambdas around, by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

function emit(expression: PlanExpression, context: Emission): EmittedSql {
  switch (expression.kind) {
    case 'literal':
      return total(emitLiteral(expression.type, expression.value));
    case 'column':
      if (expression.type === 'unknown')
        throw new Error('A plan that was made without source columns cannot be emitted');
      return total(context.column(expression.name));
    case 'array': {
      const items = expression.items.map((item) => ({ ...emit(item, context), type: item.type }));
      return madeOf(items, `CAST([${items.map(heldValue).join(', ')}] AS ${sqlTypeOf(expression.type)})`);
    }
    case 'object': {
      const fields = expression.fields.map(({ name, value }) => ({
        name,
        ...emit(value, context),
        type: value.type,
      }));
      const struct = structOf(fields.map((field) => ({ name: field.name, value: heldValue(field) })));
      return madeOf(fields, struct);
    }
    case 'member': {
      const object = emit(expression.object, context);
      return madeOf([object], emitMember(object.value, expression.object.type, expression.name));
    }
    case 'parameter': {
      const element = context.parameters.get(expression.name);
      if (element === undefined) throw new Error(`The plan has ${expression.name} outside of its lambda`);
      return total(element);
    }
    case 'lambda':
      throw new Error('A lambda has no value of its own');
    case 'call':
      return emitCall(expression, context);
  }
}

function emitCall(call: Extract<PlanExpression, { readonly kind: 'call' }>, context: Emission): EmittedSql {
  const args = call.arguments.map((argument) => emitArgument(argument, context));
  if (call.function === CONVERT) {
    const [value] = args;
    if (value === undefined) throw new Error('A conversion needs a value');
    return emitConversion(value, value.type, call.type);
  }
  const entry = findFunction(call.function) ?? findOperator(call.function);
  if (entry === undefined) throw new Error(`The plan calls ${call.function}, which no table knows`);
  const callContext: CallContext = { type: call.type, now: emitNow(context.now) };
  return entry.emit(args, callContext);
}

function emitArgument(argument: PlanExpression, context: Emission): EmittedArgument {
  if (argument.kind === 'lambda') {
    const { parameter, type } = argument;
    const body = (element: string) => {
      return emit(argument.body, {
        ...context,
        parameters: new Map([...context.parameters, [parameter, element]]),
      });
    };
    return { ...total('NULL'), type, literal: undefined, body };
  }
  return {
    ...emit(argument, context),
    type: argument.type,
    literal: argument.kind === 'literal' ? argument.value : undefined,
  };
}

function emitLiteral(type: ExpressionType, value: string | number | boolean | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  const text = quoteLiteral(String(value));
  return type === 'string' ? text : `CAST(${text} AS ${sqlTypeOf(type)})`;
}

function emitNow(now: Date): string {
  return `CAST(${quoteLiteral(now.toISOString())} AS TIMESTAMPTZ)`;
}
