import { bindOnce, callOf, madeOf, valuesOf } from '../sql/emitted.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { arrayOf } from '../types.ts';
import type { EmittedArgument, FunctionEntry, Parameter } from './entry.ts';
import { regexProblem } from './regex-syntax.ts';
import { fixed } from './signature.ts';

/** What `Character.isWhitespace` holds for white space, as far as it occurs in data. */
const whiteSpace = quoteLiteral(' \t\n\v\f\r\u001c\u001d\u001e\u001f\u2028\u2029\u3000');

const nullInNullOut = 'Null for a null argument.';
const text: Parameter = { name: 'text', type: 'string', description: 'The text to work on.' };
const category = 'String';
const form = 'function';

/** Functions on text. Positions count characters from 0; a character outside the basic plane counts as one. */
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
    description: 'Writes all letters small.',
    nulls: nullInNullOut,
    example: { expression: 'lower("HeLLo")', result: '"hello"' },
    emit: (args) => callOf('lower', args),
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
    emit: (args) => madeOf(args, `upper(replace(${valuesOf(args).join('')}, 'ß', 'SS'))`),
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
      emit: (args) => madeOf(args, `${name}(${valuesOf(args).join('')}, ${whiteSpace})`),
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
      const [value, start, length] = valuesOf(args);
      const from = `greatest(${start}, 0) + 1`;
      return madeOf(
        args,
        length === undefined ? `${value}[${from}:]` : `substring(${value}, ${from}, greatest(${length}, 0))`,
      );
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
        const [value, length] = valuesOf(args);
        return madeOf(args, `${name}(${value}, greatest(${length}, 0))`);
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
            const filler = `coalesce(nullif(${padding}, ''), ' ')`;
            const length = `CAST(least(greatest(${size}, length(${value})), 1000000) AS INTEGER)`;
            return `CASE WHEN length(${value}) >= ${size} THEN ${value} ELSE ${name}(${value}, ${length}, ${filler}) END`;
          }),
        ),
    }),
  ),
  {
    name: 'instr',
    aliases: [],
    category,
    form,
    parameters: [
      text,
      { name: 'part', type: 'string', description: 'The text to look for.' },
      { name: 'start', type: 'integer', description: 'Position to start from, from 0.', optional: true },
      {
        name: 'occurrence',
        type: 'integer',
        description: 'Which finding counts; 1 is the first.',
        optional: true,
      },
    ],
    signature: fixed(['string', 'string', 'long', 'long'], 'integer'),
    returnType: 'integer',
    description: 'Finds the position of a text in another, from 0; -1 when it is not there.',
    nulls: nullInNullOut,
    example: { expression: 'instr("adobe.com", "com")', result: '6' },
    emit: emitInstr,
  },
  {
    name: 'replacestr',
    aliases: [],
    category,
    form,
    parameters: [
      text,
      { name: 'find', type: 'string', description: 'The text to look for, taken literally.' },
      { name: 'replacement', type: 'string', description: 'What is put in its place.' },
    ],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description: 'Replaces every occurrence of a text by another.',
    nulls: nullInNullOut,
    example: { expression: 'replacestr("a re b re", "re", "x")', result: '"a x b x"' },
    emit: (args) => callOf('replace', args),
  },
  {
    name: 'split',
    aliases: [],
    category,
    form,
    parameters: [
      text,
      { name: 'separators', type: 'string', description: 'Characters, each of which separates.' },
    ],
    signature: fixed(['string'], arrayOf('string')),
    returnType: 'array',
    description: 'Splits a text at every one of the given characters. Empty parts are left out.',
    nulls: nullInNullOut,
    example: { expression: 'split("a-b_c", "-_")', result: '["a", "b", "c"]' },
    emit: (args) =>
      madeOf(
        args,
        bindOnce(valuesOf(args), (value, separators) => {
          const first = `left(${separators}, 1)`;
          const oneSeparator = `translate(${value}, ${separators}, repeat(${first}, length(${separators})))`;
          const parts = `CASE WHEN ${separators} = '' THEN [${value}] ELSE string_split(${oneSeparator}, ${first}) END`;
          return `list_filter(${parts}, lambda part: part <> '')`;
        }),
      ),
  },
  {
    name: 'explode',
    aliases: [],
    category,
    form,
    parameters: [
      text,
      {
        name: 'delimiter',
        type: 'string',
        description: 'A regular expression for what separates; a comma when left out.',
        optional: true,
        checkLiteral: regexProblem,
      },
    ],
    signature: fixed(['string'], arrayOf('string')),
    returnType: 'array',
    description: 'Splits a text wherever a regular expression matches. Empty parts are kept.',
    nulls: nullInNullOut,
    example: { expression: 'explode("Hi, there!", " ")', result: '["Hi,", "there!"]' },
    emit: (args) => {
      const [value, delimiter = "','"] = valuesOf(args);
      return madeOf(args, `string_split_regex(${value}, ${delimiter})`);
    },
  },
  {
    name: 'join',
    aliases: [],
    category,
    form,
    parameters: [
      { name: 'separator', type: 'string', description: 'What is put between the elements.' },
      { name: 'array', type: 'array', description: 'The elements; other types are written as text.' },
    ],
    signature: fixed(['string', arrayOf('string')], 'string'),
    returnType: 'string',
    description: 'Joins the elements of an array into one text.',
    nulls: 'Null for a null array; null elements count as empty.',
    example: { expression: 'join("-", ["a", "b"])', result: '"a-b"' },
    emit: (args) => {
      const joined = bindOnce(valuesOf(args), (separator, array) => {
        const all = `list_reduce(${array}, lambda soFar, item: concat(soFar, ${separator}, item), '')`;
        return `CASE WHEN ${separator} IS NOT NULL THEN substring(${all}, length(${separator}) + 1) END`;
      });
      return madeOf(args, joined);
    },
  },
  ...(['equals', 'equalsIgnoreCase'] as const).map(
    (name): FunctionEntry => ({
      name,
      aliases: [],
      category,
      form: 'method',
      parameters: [text, { name: 'other', type: 'string', description: 'The text to compare with.' }],
      signature: fixed(['string'], 'boolean'),
      returnType: 'boolean',
      description: `Whether two texts are the same${name === 'equals' ? '' : ', small letters and capitals alike'}.`,
      nulls: 'False when either is null.',
      example: { expression: `"abc".${name}("ABC")`, result: String(name === 'equalsIgnoreCase') },
      emit: (args) => {
        const [left, right] = valuesOf(args).map((value) => (name === 'equals' ? value : `lower(${value})`));
        return madeOf(args, `coalesce(${left} = ${right}, FALSE)`);
      },
    }),
  ),
];

/** Finds by splitting: before the n-th finding lie the first n pieces, and the findings between them. */
function emitInstr(args: readonly EmittedArgument[]) {
  const [, , start, occurrence] = args;
  if (start === undefined) {
    const [value, part] = valuesOf(args);
    return madeOf(args, `CAST(instr(${value}, ${part}) - 1 AS INTEGER)`);
  }
  const values = [...valuesOf(args.slice(0, 3)), occurrence?.value ?? '1'];
  const found = bindOnce(values, (value, part, from, which) => {
    const parts = `string_split(substring(${value}, greatest(${from}, 0) + 1), ${part})`;
    const count = `greatest(${which}, 1)`;
    const lengths = `list_transform((${parts})[1:${count}], lambda piece: length(piece) + length(${part}))`;
    const found = `greatest(${from}, 0) + list_aggregate(${lengths}, 'sum') - length(${part})`;
    const position = `CASE WHEN len(${parts}) > ${count} THEN ${found} ELSE -1 END`;
    return `CASE WHEN ${part} = '' THEN least(greatest(${from}, 0), length(${value})) ELSE ${position} END`;
  });
  return madeOf(args, `CAST(${found} AS INTEGER)`);
}
