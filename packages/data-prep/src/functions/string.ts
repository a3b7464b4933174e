import { bindOnce, madeOf, valuesOf } from '../sql/emitted.ts';
import { byUtf16, clamped, isAscii } from '../sql/utf16.ts';
import { callScalar, type ScalarFunction } from '../vectorised/scalar-function.ts';
import { LONGEST_PADDED, lower, pad, slice, upper } from '../vectorised/text.ts';
import type { EmittedArgument, FunctionEntry, Parameter } from './entry.ts';
import { fixed } from './signature.ts';

/** What `Character.isWhitespace` holds for white space beside the blank, as far as it occurs in data. */
const otherWhiteSpace = '\t\n\v\f\r\u001c\u001d\u001e\u001f\u2028\u2029\u3000';

const nullInNullOut = 'Null for a null argument.';
const text: Parameter = { name: 'text', type: 'string', description: 'The text to work on.' };
const category = 'String';
const form = 'function';

/** Functions that write, cut and fill text. Positions count UTF-16 units from 0, as Java does. */
export const stringFunctions: readonly FunctionEntry[] = [
  {
    name: 'concat',
    aliases: [],
    category,
    form,
    parameters: [
      {
        name: 'part',
        type: 'string',
        description: 'A part; other types are written as text.',
        repeated: true,
      },
    ],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description: 'Joins its arguments into one text, in order.',
    nulls: 'A null part is left out.',
    example: { expression: 'concat("Hi, ", "there", "!")', result: '"Hi, there!"' },
    emit: (parts) => madeOf(parts, parts.length === 0 ? "''" : `concat(${valuesOf(parts).join(', ')})`),
  },
  {
    name: 'lower',
    aliases: ['lcase'],
    category,
    form,
    parameters: [text],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description: 'Writes all letters small, by Unicode and not by the rules of a language.',
    nulls: nullInNullOut,
    example: { expression: 'lower("HeLLo")', result: '"hello"' },
    emit: (args) => emitCase('lower', lower, args),
  },
  {
    name: 'upper',
    aliases: ['ucase'],
    category,
    form,
    parameters: [text],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description: 'Writes all letters as capitals; a sharp s becomes SS.',
    nulls: nullInNullOut,
    example: { expression: 'upper("HeLLo")', result: '"HELLO"' },
    emit: (args) => emitCase('upper', upper, args),
  },
  ...(['trim', 'ltrim', 'rtrim'] as const).map(
    (name): FunctionEntry => ({
      name,
      aliases: [],
      category,
      form,
      parameters: [text],
      signature: fixed(['string'], 'string'),
      returnType: 'string',
      description: `Takes white space away, line breaks and tabs too, ${
        { trim: 'at both ends', ltrim: 'at the start', rtrim: 'at the end' }[name]
      }.`,
      nulls: nullInNullOut,
      example: {
        expression: `${name}(" hello ")`,
        result: JSON.stringify({ trim: 'hello', ltrim: 'hello ', rtrim: ' hello' }[name]),
      },
      emit: (args) =>
        madeOf(
          args,
          bindOnce(valuesOf(args), (value) => emitTrim(name, value)),
        ),
    }),
  ),
  {
    name: 'substr',
    aliases: [],
    category,
    form,
    parameters: [
      text,
      { name: 'start', type: 'integer', description: 'Position of the first character, from 0.' },
      { name: 'length', type: 'integer', description: 'Number of characters.', optional: true },
    ],
    signature: fixed(['string', 'long', 'long'], 'string'),
    returnType: 'string',
    description: 'Cuts a part out of a text. What lies beyond the end is left out.',
    nulls: nullInNullOut,
    example: { expression: 'substr("This is a substring test", 7, 8)', result: '" a subst"' },
    emit: (args) => {
      const cut = bindOnce(valuesOf(args), (value, start, length = '2147483647') => {
        const [from, count] = [clamped(start), clamped(length)];
        const units = callScalar(slice, [value, from, `(${from}) + (${count})`]);
        return byUtf16([value], `substring(${value}, (${from}) + 1, ${count})`, units);
      });
      return madeOf(args, cut);
    },
  },
  ...(['left', 'right'] as const).map(
    (name): FunctionEntry => ({
      name,
      aliases: [],
      category,
      form,
      parameters: [text, { name: 'length', type: 'integer', description: 'Number of characters.' }],
      signature: fixed(['string', 'long'], 'string'),
      returnType: 'string',
      description: `Cuts out the ${name === 'left' ? 'first' : 'last'} characters; a shorter text stays whole.`,
      nulls: nullInNullOut,
      example: { expression: `${name}("abcde", 2)`, result: name === 'left' ? '"ab"' : '"de"' },
      emit: (args) => {
        const cut = bindOnce(valuesOf(args), (value, length) => {
          const count = clamped(length);
          const rest = callScalar(slice, [value, `-(${count})`, '2147483647']);
          const end = `CASE WHEN ${length} > 0 THEN ${rest} ELSE '' END`;
          const units = name === 'left' ? callScalar(slice, [value, '0', count]) : end;
          return byUtf16([value], `${name}(${value}, ${count})`, units);
        });
        return madeOf(args, cut);
      },
    }),
  ),
  ...(['lpad', 'rpad'] as const).map(
    (name): FunctionEntry => ({
      name,
      aliases: [],
      category,
      form,
      parameters: [
        text,
        { name: 'size', type: 'integer', description: 'Number of characters to reach.' },
        { name: 'padding', type: 'string', description: 'What is put in; null or empty means one blank.' },
      ],
      signature: fixed(['string', 'long', 'string'], 'string'),
      returnType: 'string',
      description: `Fills a text up to a size at its ${name === 'lpad' ? 'start' : 'end'}. A longer text is not cut.`,
      nulls: 'Null for a null text or size.',
      example: {
        expression: `${name}("bat", 8, "yz")`,
        result: name === 'lpad' ? '"yzyzybat"' : '"batyzyzy"',
      },
      emit: (args) =>
        madeOf(
          args,
          bindOnce(valuesOf(args), (value, size, padding) => {
            const filler = `CASE WHEN ${padding} <> '' THEN ${padding} ELSE ' ' END`;
            const length = `CAST(least(greatest(${size}, length(${value})), ${LONGEST_PADDED}) AS INTEGER)`;
            const characters = `CASE WHEN length(${value}) >= ${size} THEN ${value} WHEN ${size} IS NOT NULL THEN ${name}(${value}, ${length}, ${filler}) END`;
            const units = callScalar(pad, [value, size, filler, String(name === 'lpad')]);
            return byUtf16([value, filler], characters, units);
          }),
        ),
    }),
  ),
];

/** DuckDB looks for each of the given characters apart, so that many cost much: mostly there are but blanks. */
function emitTrim(sqlFunction: string, text: string): string {
  const needsMore = `regexp_matches(${text}, '^ *[${otherWhiteSpace}]|[${otherWhiteSpace}] *$')`;
  return `CASE WHEN ${needsMore} THEN ${sqlFunction}(${text}, ' ${otherWhiteSpace}') ELSE ${sqlFunction}(${text}, ' ') END`;
}

/** DuckDB maps single characters to single ones, which is all there is to do for ASCII. */
function emitCase(sqlFunction: string, scalar: ScalarFunction, args: readonly EmittedArgument[]) {
  return madeOf(
    args,
    bindOnce(valuesOf(args), (text) => {
      return `CASE WHEN ${isAscii(text)} THEN ${sqlFunction}(${text}) ELSE ${callScalar(scalar, [text])} END`;
    }),
  );
}
