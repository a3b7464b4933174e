import type { EmittedSql, ExpressionType } from '../plan.ts';
import { emitConversion } from '../sql/conversion.ts';
import { bindOnce, callOf, madeOf, total, valuesOf } from '../sql/emitted.ts';
import { commonType, describeType, isNumeric } from '../types.ts';
import type { EmittedArgument, FunctionEntry, Mismatch, Signature } from './entry.ts';

const choices = [
  { name: 'min', sqlFunction: 'least', adjective: 'smallest', result: '1' },
  { name: 'max', sqlFunction: 'greatest', adjective: 'greatest', result: '4' },
] as const;

/** Functions over their own arguments; no function sees other rows. */
export const aggregationFunctions: readonly FunctionEntry[] = choices.map(
  ({ name, sqlFunction, adjective, result }) => ({
    name,
    aliases: [],
    category: 'Aggregation',
    form: 'function',
    parameters: [
      { name: 'value', type: 'comparable', description: 'A number, a text or a date.' },
      { name: 'more', type: 'comparable', description: 'Further values of the same kind.', repeated: true },
    ],
    signature: comparableSignature,
    returnType: 'comparable',
    description: `The ${adjective} of its arguments. Texts are ordered as texts, and so are values of different types.`,
    nulls: 'Null arguments are passed over; null when all are.',
    example: { expression: `${name}(3, 1, 4)`, result },
    emit: (args, { type }) => (type === 'json' ? chosenJson(sqlFunction, args) : callOf(sqlFunction, args)),
  }),
);

function comparableSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const argument = types.findIndex((type) => typeof type === 'object');
  const nested = types[argument];
  if (nested !== undefined) {
    return {
      argument,
      message: `a number, text or date is needed here, not a value of type ${describeType(nested)}`,
    };
  }
  const common = commonType(types);
  const type = common === 'json' ? mixedType(types) : common;
  return { arguments: types.map(() => type), returns: type };
}

/** Numbers and text in one call are ordered as text; where JSON is among them, each row tells what it holds. */
function mixedType(types: readonly ExpressionType[]): ExpressionType {
  if (!types.includes('json')) return 'string';
  const others = types.filter((type) => type !== 'json' && type !== 'null');
  return others.length > 0 && others.every(isNumeric) ? 'number' : 'json';
}

/** JSON is ordered by number where all that is not null is a number, and else as text. */
function chosenJson(sqlFunction: string, args: readonly EmittedArgument[]): EmittedSql {
  const chosen = bindOnce(valuesOf(args), (...values) => {
    const as = (type: 'number' | 'string') => {
      const converted = values.map((value) => emitConversion(total(value), 'json', type).value);
      return `to_json(${sqlFunction}(${converted.join(', ')}))`;
    };
    const areNumbers = values.map(
      (value) => `coalesce(json_type(${value}) IN ('UBIGINT', 'BIGINT', 'DOUBLE'), TRUE)`,
    );
    return `CASE WHEN ${areNumbers.join(' AND ')} THEN ${as('number')} ELSE ${as('string')} END`;
  });
  return madeOf(args, chosen);
}
