import { bindOnce, madeOf, valuesOf } from '../sql/emitted.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { arrayOf } from '../types.ts';
import type { FunctionEntry, Parameter } from './entry.ts';
import { joinTexts } from './join-texts.ts';
import { regexProblem, translatedRegex } from './regex-syntax.ts';
import { fixed } from './signature.ts';

const nullInNullOut = 'Null for a null argument.';
const text: Parameter = { name: 'text', type: 'string', description: 'The text to split.' };
const category = 'String';
const form = 'function';

/** Functions that split text into arrays, and join arrays to text. */
export const stringListFunctions: readonly FunctionEntry[] = [
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
      const [value, delimiter] = args;
      if (value === undefined) throw new Error('explode needs a text');
      const { regex } = translatedRegex(delimiter?.literal ?? ',');
      // A regular expression takes four times as long as the plain text that it mostly is.
      const split = /^[\w ,;:/&=#@-]+$/.test(regex) ? 'string_split' : 'string_split_regex';
      return madeOf([value], `${split}(${value.value}, ${quoteLiteral(regex)})`);
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
      const [separator = 'NULL', array = 'NULL'] = valuesOf(args);
      return madeOf(args, joinTexts(separator, array));
    },
  },
];
