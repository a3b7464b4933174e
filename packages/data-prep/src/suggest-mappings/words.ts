import vocabulary from './words.json' with { type: 'json' };

const abbreviations: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(vocabulary.abbreviations).map(([short, long]) => [short, long.split(' ')]),
);
const generic: ReadonlySet<string> = new Set(vocabulary.generic);

/** What a generic word weighs beside one that says something of its own. */
const GENERIC_WEIGHT = 0.3;

/** Suffixes of Salesforce's custom fields, and the publishers' prefixes of Dynamics' custom columns. */
const decorations = /__(?:c|pc|r|s)$|^(?:new|cr[0-9a-f]{3,5}|msdyn)_/gi;

/**
 * The words of a name, in lower case and in the singular, abbreviations written out, none twice in a row: `FirstName`,
 * `first_name`, `fname` and `First_Name__c` are all `first name`.
 */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(decorations, '')
    .replaceAll(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{L})(\d)/gu, '$1 $2')
    .toLowerCase()
    .replaceAll(/(?<!\p{L})e[^\p{L}\d]?mail/gu, 'email')
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '')
    .flatMap((word) => abbreviations.get(word) ?? [singular(word)])
    .filter((word, index, words) => word !== words[index - 1]);
}

/** How much a word says: `id` or `date` stand in many names. */
export function weightOf(word: string): number {
  return generic.has(word) || /^\d+$/.test(word) ? GENERIC_WEIGHT : 1;
}

function singular(word: string): string {
  if (/(?:ss|us|is)$/.test(word) || word.length < 4) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') ? word.slice(0, -1) : word;
}
