import { aggregationFunctions } from './aggregation.ts';
import { analyticsFunctions } from './analytics.ts';
import { arrayFunctions } from './array.ts';
import { arrayElementFunctions } from './array-elements.ts';
import { arraysToObject } from './arrays-to-object.ts';
import { conversionFunctions } from './conversion.ts';
import { dateFunctions } from './date.ts';
import { dateMakingFunctions } from './date-making.ts';
import type { FunctionEntry } from './entry.ts';
import { hashingFunctions } from './hashing.ts';
import { jsonFunctions } from './json.ts';
import { logicalFunctions } from './logical.ts';
import { mapFunctions } from './map.ts';
import { objectFunctions } from './object.ts';
import { regexFunctions } from './regex.ts';
import { stringFunctions } from './string.ts';
import { stringListFunctions } from './string-list.ts';
import { stringSearchFunctions } from './string-search.ts';
import { urlFunctions } from './url.ts';
import { userAgentFunctions } from './user-agent.ts';
import { uuidFunction } from './uuid.ts';

/**
 * Every function of the language, each once. To add a function is to add an entry to its category's file. Of the documented
 * functions only those in {@link unavailableFunctions} are missing.
 */
export const functionTable: readonly FunctionEntry[] = [
  ...stringFunctions,
  ...stringSearchFunctions,
  ...stringListFunctions,
  ...regexFunctions,
  ...hashingFunctions,
  ...urlFunctions,
  ...dateFunctions,
  ...dateMakingFunctions,
  ...logicalFunctions,
  ...objectFunctions,
  arraysToObject,
  ...arrayFunctions,
  ...arrayElementFunctions,
  ...mapFunctions,
  ...aggregationFunctions,
  ...conversionFunctions,
  ...jsonFunctions,
  uuidFunction,
  ...userAgentFunctions,
  ...analyticsFunctions,
];

/** Documented functions that the table lacks, and why, for whoever calls them. */
export const unavailableFunctions: ReadonlyMap<string, string> = new Map([
  [
    'fpid_to_ecid',
    'how it makes an ECID of a first-party id is not published; bring the ECID from the source, or map the first-party id itself',
  ],
]);

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
