import type { EmittedSql, ExpressionType } from '../plan.ts';
import { firstMatching } from '../sql/emitted.ts';
import { emitConditional } from './conditional.ts';
import type { EmittedArgument, FunctionEntry, Mismatch, Signature } from './entry.ts';
import { alternativesAfter, unify } from './signature.ts';

const category = 'Logical';
const form = 'function';

/** Functions that choose between values. A branch that isn't taken can't fail. */
export const logicalFunctions: readonly FunctionEntry[] = [
  {
    name: 'iif',
    aliases: [],
    category,
    form,
    parameters: [
      { name: 'condition', type: 'boolean', description: 'Decides which value is taken.' },
      { name: 'then', type: 'any', description: 'The value when the condition is true.' },
      { name: 'else', type: 'any', description: 'The value otherwise.' },
    ],
    signature: alternativesAfter(['boolean']),
    returnType: 'any',
    description: 'Chooses between two values.',
    nulls: 'A null condition counts as false.',
    example: { expression: 'iif("s".equalsIgnoreCase("S"), "True", "False")', result: '"True"' },
    emit: emitConditional,
  },
  {
    name: 'decode',
    aliases: [],
    category,
    form,
    parameters: [
      { name: 'key', type: 'any', description: 'What to look up.' },
      { name: 'candidate', type: 'any', description: 'A key, followed by its value.' },
      { name: 'value', type: 'any', description: 'The value of the key before it.' },
      {
        name: 'more',
        type: 'any',
        description: 'Further pairs of key and value; a last one without a partner is the default.',
        repeated: true,
      },
    ],
    signature: decodeSignature,
    returnType: 'any',
    description: 'Looks a key up in a list of pairs.',
    nulls: 'A null key equals none of the list. Null when nothing is found and there is no default.',
    example: {
      expression: 'decode("pa", "ca", "California", "pa", "Pennsylvania", "N/A")',
      result: '"Pennsylvania"',
    },
    emit: emitDecode,
  },
  {
    name: 'nullify',
    aliases: [],
    category: 'Hierarchies - Objects',
    form,
    parameters: [],
    signature: () => ({ arguments: [], returns: 'null' }),
    returnType: 'any',
    description: 'Leaves the attribute empty.',
    nulls: 'Always null.',
    example: { expression: 'nullify()', result: 'null' },
    emit: () => ({ value: 'NULL', fails: undefined }),
  },
];

function decodeSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const { candidates, values, fallback } = decodeParts(types.map((_, index) => index));
  const valueIndexes = fallback === undefined ? values : [...values, fallback];
  const outcome = unify(types, valueIndexes);
  if ('message' in outcome) return outcome;
  const keyIndexes = [0, ...candidates];
  const keys = unify(types, keyIndexes);
  if ('message' in keys) return keys;
  const converted = outcome.arguments.map((type, index) =>
    keyIndexes.includes(index) ? keys.returns : type,
  );
  return { arguments: converted, returns: outcome.returns };
}

function decodeParts<Item>([, ...pairs]: readonly Item[]) {
  const isPaired = (index: number) => index < pairs.length - (pairs.length % 2);
  return {
    candidates: pairs.filter((_, index) => index % 2 === 0 && isPaired(index)),
    values: pairs.filter((_, index) => index % 2 === 1),
    fallback: pairs.length % 2 === 1 ? pairs.at(-1) : undefined,
  };
}

function emitDecode(args: readonly EmittedArgument[]): EmittedSql {
  const [key] = args;
  const { candidates, values, fallback } = decodeParts<EmittedArgument>(args);
  if (key === undefined) throw new Error('decode needs a key');
  const cases = candidates.map(
    (candidate, index) => `WHEN ${candidate.value} THEN ${values[index]?.value ?? 'NULL'}`,
  );
  const failures = [key, ...candidates].map((part) => ({ when: part.fails ?? 'FALSE', outcome: 'TRUE' }));
  const taken = candidates.map((candidate, index) => ({
    when: `coalesce(${key.value} = ${candidate.value}, FALSE)`,
    outcome: values[index]?.fails,
  }));
  return {
    value: `CASE ${key.value} ${cases.join(' ')} ELSE ${fallback?.value ?? 'NULL'} END`,
    fails: firstMatching([...failures.filter(({ when }) => when !== 'FALSE'), ...taken], fallback?.fails),
  };
}
