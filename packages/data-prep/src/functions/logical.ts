import type { EmittedSql, ExpressionType } from '../plan.ts';
import { bindOnce, firstMatching } from '../sql/emitted.ts';
import { comparableType, describeType, sameType } from '../types.ts';
import { chosenZone, emitConditional } from './conditional.ts';
import type { EmittedArgument, FunctionEntry, Mismatch, Signature } from './entry.ts';
import { equalityOf } from './operator-emission.ts';
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
];

function decodeSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const { candidates, values, fallback } = decodeParts(types.map((_, index) => index));
  const [key = 'null'] = types;
  const argument = candidates.find((index) => comparableType(key, types[index] ?? 'null') === undefined);
  if (argument !== undefined) {
    const message = `${describeType(types[argument] ?? 'null')} and ${describeType(key)} can't be compared`;
    return { argument, message };
  }
  return unify(types, fallback === undefined ? values : [...values, fallback]);
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
  const failures = [key, ...candidates].flatMap(({ fails }) => (fails === undefined ? [] : [fails]));
  const choose = (chosen: readonly string[]) =>
    bindOnce([key.value], (name) => {
      const isFound = comparisons({ ...key, value: name }, candidates);
      const cases = isFound.map((when, index) => `WHEN ${when} THEN ${chosen[index] ?? 'NULL'}`);
      return `CASE ${cases.join(' ')} ELSE ${chosen[isFound.length] ?? 'NULL'} END`;
    });
  const choices = fallback === undefined ? values : [...values, fallback];
  const value = choose(choices.map((choice) => choice.value));
  const zone = chosenZone(choices, choose);
  const canFail = [...failures, ...values, fallback].some((part) => typeof part === 'string' || part?.fails);
  if (!canFail) return { value, fails: undefined, ...zone };
  const fails = bindOnce([key.value], (name) => {
    const taken = comparisons({ ...key, value: name }, candidates).map((when, index) => {
      return { when, outcome: values[index]?.fails };
    });
    const broken = failures.map((when) => ({ when, outcome: 'TRUE' }));
    return firstMatching([...broken, ...taken], fallback?.fails) ?? 'FALSE';
  });
  return { value, fails, ...zone };
}

/** A null key is found nowhere, not even as a null among the candidates. */
function comparisons(key: EmittedArgument, candidates: readonly EmittedArgument[]): readonly string[] {
  return candidates.map((candidate) => {
    if (sameType(key.type, candidate.type)) return `coalesce(${key.value} = ${candidate.value}, FALSE)`;
    return `(${key.value} IS NOT NULL AND ${equalityOf(key, candidate)})`;
  });
}
