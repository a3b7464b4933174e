import { bindOnce, madeOf } from '../sql/emitted.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { arrayOf } from '../types.ts';
import type { FunctionEntry, Parameter } from './entry.ts';
import { regexProblem, translatedRegex, translateRegex } from './regex-syntax.ts';
import { fixed } from './signature.ts';

/** RE2, as DuckDB calls it, hands out no more than these. */
const MAXIMUM_GROUPS = 9;

const text: Parameter = { name: 'text', type: 'string', description: 'The text to look at.' };
const category = 'Regular Expressions';

/** Functions on regular expressions, in as much of Java's syntax as can be translated to RE2's. */
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
    emit: ([value, pattern]) => {
      if (value === undefined) throw new Error('matches_regex needs a text');
      const { regex } = translatedRegex(pattern?.literal);
      return madeOf([value], `regexp_full_match(${value.value}, ${quoteLiteral(regex)})`);
    },
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
    emit: ([value, pattern]) => {
      if (value === undefined) throw new Error('extract_regex needs a text');
      const { regex, groups } = translatedRegex(pattern?.literal);
      const literal = quoteLiteral(regex);
      const extracted = bindOnce([value.value], (bound) => {
        const parts = Array.from(
          { length: groups + 1 },
          (_, group) => `regexp_extract(${bound}, ${literal}, ${group})`,
        );
        return `CASE WHEN regexp_matches(${bound}, ${literal}) THEN [${parts.join(', ')}] WHEN ${bound} IS NOT NULL THEN [] END`;
      });
      return madeOf([value], extracted);
    },
  },
];

function extractionProblem(pattern: string): string | undefined {
  const translation = translateRegex(pattern);
  if (!translation.ok) return translation.problem;
  return translation.groups > MAXIMUM_GROUPS ? `it has more than ${MAXIMUM_GROUPS} groups` : undefined;
}
