import { aggregationFunctions } from './aggregation.ts';
import { arrayFunctions } from './array.ts';
import { conversionFunctions } from './conversion.ts';
import { dateFunctions } from './date.ts';
import type { FunctionEntry } from './entry.ts';
import { hashingFunctions } from './hashing.ts';
import { logicalFunctions } from './logical.ts';
import { regexFunctions } from './regex.ts';
import { stringFunctions } from './string.ts';
import { stringListFunctions } from './string-list.ts';
import { stringSearchFunctions } from './string-search.ts';
import { urlFunctions } from './url.ts';
import { userAgentFunctions } from './user-agent.ts';
import { uuidFunction } from './uuid.ts';

/** Every function of the language, each once. To add a function is to add an entry to its category's file. */
export const functionTable: readonly FunctionEntry[] = [
  ...stringFunctions,
  ...stringSearchFunctions,
  ...stringListFunctions,
  ...regexFunctions,
  ...hashingFunctions,
  ...urlFunctions,
  ...dateFunctions,
  ...logicalFunctions,
  ...arrayFunctions,
  ...aggregationFunctions,
  ...conversionFunctions,
  uuidFunction,
  ...userAgentFunctions,
];

const byName = new Map(
  functionTable.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry])),
);

/** Finds a function by its name or an alias; case matters. */
export function findFunction(name: string): FunctionEntry | undefined {
  return byName.get(name);
}

/** All names that may be called in a form, aliases among them. */
export function functionNames(form: FunctionEntry['form']): readonly string[] {
  return [...byName].filter(([, entry]) => entry.form === form).map(([name]) => name);
}
