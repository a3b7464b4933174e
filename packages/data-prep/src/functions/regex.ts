import { bindOnce, callOf, madeOf, valuesOf } from '../sql/emitted.ts';
import { arrayOf } from '../types.ts';
import type { FunctionEntry, Parameter } from './entry.ts';
import { countGroups, regexProblem } from './regex-syntax.ts';
import { fixed } from './signature.ts';

/** RE2, as DuckDB calls it, hands out no more than these. */
const MAXIMUM_GROUPS = 9;

const text: Parameter = { name: 'text', type: 'string', description: 'The text to look at.' };
const category = 'Regular Expressions';

/** Functions on regular expressions, in the part of Java's syntax that RE2 shares. */
export const regexFunctions: readonly FunctionEntry[] = [
  {
    name: 'matches_regex',
    aliases: [],
    category,
    form: 'function',
    parameters: [
      text,
      {
        name: 'pattern',
        type: 'string',
        description: 'The regular expression, a literal text.',
        checkLiteral: regexProblem,
      },
    ],
    signature: fixed(['string'], 'boolean'),
    returnType: 'boolean',
    description: 'Whether a regular expression matches the whole text.',
    nulls: 'Null for a null text.',
    example: { expression: String.raw`matches_regex("90210", "\\d{5}")`, result: 'true' },
    emit: (args) => callOf('regexp_full_match', args),
  },
  {
    name: 'extract_regex',
    aliases: [],
    category,
    form: 'function',
    parameters: [
      text,
      {
        name: 'pattern',
        type: 'string',
        description: `The regular expression, a literal text with at most ${MAXIMUM_GROUPS} groups.`,
        checkLiteral: extractionProblem,
      },
    ],
    signature: fixed(['string'], arrayOf('string')),
    returnType: 'array',
    description: 'The first match of a regular expression, then the text of each of its groups.',
    nulls:
      'Null for a null text. An empty array when nothing matches; a group that took no part is empty text.',
    example: { expression: 'extract_regex("ab-12", "([a-z]+)-([0-9]+)")', result: '["ab-12", "ab", "12"]' },
    emit: (args) => {
      const pattern = args[1]?.literal;
      const groups = typeof pattern === 'string' ? countGroups(pattern) : 0;
      return madeOf(
        args,
        bindOnce(valuesOf(args), (value, regex) => {
          const parts = Array.from(
            { length: groups + 1 },
            (_, group) => `regexp_extract(${value}, ${regex}, ${group})`,
          );
          return `CASE WHEN regexp_matches(${value}, ${regex}) THEN [${parts.join(', ')}] WHEN ${value} IS NOT NULL THEN [] END`;
        }),
      );
    },
  },
];

function extractionProblem(pattern: string): string | undefined {
  const problem = regexProblem(pattern);
  if (problem !== undefined) return problem;
  return countGroups(pattern) > MAXIMUM_GROUPS ? `it has more than ${MAXIMUM_GROUPS} groups` : undefined;
}
