import { bindOnce, callOf, madeOf, valuesOf } from '../sql/emitted.ts';
import type { EmittedArgument, FunctionEntry, Parameter } from './entry.ts';
import { fixed } from './signature.ts';

const nullInNullOut = 'Null for a null argument.';
const text: Parameter = { name: 'text', type: 'string', description: 'The text to look at.' };
const category = 'String';

/** Functions that find, replace and compare text. Positions count characters from 0. */
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
