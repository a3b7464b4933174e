import type { ColumnType } from '@tributary/xdm';
import { emitConversion } from '../sql/conversion.ts';
import { madeOf } from '../sql/emitted.ts';
import type { EmittedArgument, FunctionEntry } from './entry.ts';
import { fixed } from './signature.ts';

interface NumberConversion {
  readonly name: string;
  readonly type: ColumnType;
  readonly returnType: 'integer' | 'number';
  readonly description: string;
  readonly example: FunctionEntry['example'];
}

const numberConversions: readonly NumberConversion[] = [
  {
    name: 'to_integer',
    type: 'integer',
    returnType: 'integer',
    description:
      'Reads a text as a whole number of 32 bits. A fraction other than zero, or a larger number, fails.',
    example: { expression: 'to_integer("12")', result: '12' },
  },
  {
    name: 'to_bigint',
    type: 'decimal',
    returnType: 'number',
    description:
      'Reads a text as a number that keeps every digit: 20 before the point, and 18 behind it. A larger number fails.',
    example: { expression: 'to_bigint("1000000")', result: '1000000' },
  },
  {
    name: 'to_decimal',
    type: 'number',
    returnType: 'number',
    description: 'Reads a text as a number of double precision.',
    example: { expression: 'to_decimal("20.5")', result: '20.5' },
  },
];

/** Functions that read text as numbers. */
export const conversionFunctions: readonly FunctionEntry[] = [
  ...numberConversions.map((conversion) => entryOf(conversion, (args) => toNumber(args, conversion.type))),
  entryOf(
    {
      name: 'to_float',
      type: 'number',
      returnType: 'number',
      description: 'Reads a text as a number of single precision.',
      example: { expression: 'to_float("12.5")', result: '12.5' },
    },
    (args) => {
      const number = toNumber(args, 'number');
      return madeOf([number], `CAST(TRY_CAST(${number.value} AS FLOAT) AS DOUBLE)`);
    },
  ),
];

function entryOf(conversion: NumberConversion, emit: FunctionEntry['emit']): FunctionEntry {
  const { name, type, returnType, description, example } = conversion;
  return {
    name,
    aliases: [],
    category: 'Type Conversions',
    form: 'function',
    parameters: [{ name: 'text', type: 'string', description: 'The text to read.' }],
    signature: fixed(['string'], type),
    returnType,
    description: `${description} Unreadable text fails.`,
    nulls: 'Null for a null text.',
    example,
    emit,
  };
}

function toNumber([text]: readonly EmittedArgument[], type: ColumnType) {
  if (text === undefined) throw new Error('A conversion needs a text');
  return emitConversion(text, 'string', type);
}
