import localeData from './data/locales.json' with { type: 'json' };
import words from './data/words.json' with { type: 'json' };
import { mix } from './hash.ts';
import { compilePattern } from './pattern.ts';

interface NameChoice {
  readonly text: string;
  /** The name in ASCII letters, for e-mail addresses. */
  readonly ascii: string;
}

/** One country: its people, places and numbers, ready to be drawn from. */
export interface Locale {
  readonly country: string;
  readonly countryCode: string;
  readonly familyFirst: boolean;
  readonly given: readonly NameChoice[];
  readonly family: readonly NameChoice[];
  readonly streets: readonly ((salt: number, index: number) => string)[];
  readonly cities: readonly Place[];
  readonly phone: (salt: number, index: number) => string;
}

interface Place {
  readonly city: string;
  readonly state: string;
  readonly postalCode: (salt: number, index: number) => string;
}

const notDecomposed: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', ı: 'i', ø: 'o', æ: 'ae' };

function asciiOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[ßłıøæ]/g, (letter) => notDecomposed[letter] ?? '')
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
}

function nameChoices(names: readonly (readonly string[])[]): NameChoice[] {
  return names.map(([text = '', ascii]) => ({ text, ascii: ascii ?? asciiOf(text) }));
}

const locales: readonly Locale[] = localeData.map((data) => ({
  country: data.country,
  countryCode: data.countryCode,
  familyFirst: data.familyFirst,
  given: nameChoices(data.given),
  family: nameChoices(data.family),
  streets: data.streets.flatMap((street) =>
    data.street.map((layout) => compilePattern(layout.replace('{}', street))),
  ),
  cities: data.cities.map(([city = '', state = '', , postalCode = '']) => ({
    city,
    state,
    postalCode: compilePattern(postalCode),
  })),
  phone: compilePattern(data.phone),
}));

const byWeight = localeData.flatMap((data, at) => Array.from({ length: data.weight }, () => locales[at]));

/** The country a row's person or company is at home in. */
export function localeOf(salt: number, index: number): Locale {
  const locale = byWeight[mix(salt, index) % byWeight.length];
  if (locale === undefined) throw new Error('No locale has a weight; see data/locales.json.');
  return locale;
}

/** One of several, by a hash. */
export function pick<T>(choices: readonly T[], hash: number): T {
  const choice = choices[hash % choices.length];
  if (choice === undefined) throw new Error('An empty list has nothing to choose from.');
  return choice;
}

/** A word list of data/words.json by name. */
export function wordList(name: string): readonly string[] {
  const lists: Readonly<Record<string, readonly string[]>> = words;
  const list = lists[name];
  if (list === undefined) throw new Error(`data/words.json has no list '${name}'.`);
  return list;
}
