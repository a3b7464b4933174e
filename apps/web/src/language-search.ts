import type { Language, LanguageFunction, LanguageOperator } from './platform/mapping-language.ts';

export interface FoundInLanguage {
  /** In the order of the language's own table. */
  readonly groups: readonly { readonly category: string; readonly functions: readonly LanguageFunction[] }[];
  readonly functionCount: number;
  readonly operators: readonly LanguageOperator[];
}

/** What has every word that is sought somewhere in it, small letters or capitals. */
export function foundInLanguage({ functions, operators }: Language, sought: string): FoundInLanguage {
  const words = sought
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const isFound = (...texts: readonly string[]) => {
    const text = texts.join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const found = functions.filter(({ name, aliases, category, syntax, summary, nulls }) =>
    isFound(name, ...aliases, category, syntax, summary, nulls),
  );
  const byCategory = Map.groupBy(found, ({ category }) => category);
  return {
    groups: [...byCategory].map(([category, group]) => ({ category, functions: group })),
    functionCount: found.length,
    operators: operators.filter(({ symbol, description }) => isFound(symbol, description, 'operators')),
  };
}
