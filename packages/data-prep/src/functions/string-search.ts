import type { EmittedSql } from '../plan.ts';
import { bindOnce, callOf, madeOf, valuesOf } from '../sql/emitted.ts';
import { byUtf16, clamped } from '../sql/utf16.ts';
import { callScalar } from '../vectorised/scalar-function.ts';
import { position } from '../vectorised/text.ts';
import type { EmittedArgument, FunctionEntry, Parameter } from './entry.ts';
import { fixed } from './signature.ts';

const nullInNullOut = 'Null for a null argument.';
const text: Parameter = { name: 'text', type: 'string', description: 'The text to look at.' };
const category = 'String';

/** Functions that find, replace and compare text. Positions count UTF-16 units from 0, as Java does. */
export const stringSearchFunctions: readonly FunctionEntry[] = [
  {
    name: 'instr',
    aliases: [],
    category,
    form: 'function',
    parameters: [
      text,
      { name: 'part', type: 'string', description: 'The text to look for.' },
      { name: 'start', type: 'integer', description: 'Position to start from, from 0.', optional: true },
      {
        name: 'occurrence',
        type: 'integer',
        description:
          'Which occurrence counts, 1 being the first; they may overlap. There is none before the first.',
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
    form: 'function',
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
        const [left, right] = valuesOf(args).map((value) =>
          name === 'equals' ? value : `lower(upper(${value}))`,
        );
        return madeOf(args, `coalesce(${left} = ${right}, FALSE)`);
      },
    }),
  ),
];

/** DuckDB finds the first occurrence; for others, and outside of the basic plane, there is no SQL. */
function emitInstr(args: readonly EmittedArgument[]): EmittedSql {
  const [, , , occurrence] = args;
  const isFirst = occurrence === undefined || occurrence.literal === 1;
  const found = bindOnce(valuesOf(args), (text, part, start = '0', which = '1') => {
    const from = clamped(start);
    const units = callScalar(position, [text, part, from, which]);
    if (!isFirst) return units;
    return byUtf16(
      [text],
      args.length === 2 ? `instr(${text}, ${part}) - 1` : firstFrom(text, part, from),
      units,
    );
  });
  return madeOf(args, `CAST(${found} AS INTEGER)`);
}

function firstFrom(text: string, part: string, from: string): string {
  const place = `instr(substring(${text}, (${from}) + 1), ${part})`;
  const end = `least(${from}, length(${text}))`;
  return `CASE WHEN ${part} = '' THEN ${end} WHEN ${place} > 0 THEN ${place} - 1 + (${from}) WHEN ${place} = 0 THEN -1 END`;
}
