import { closeNames } from '@tributary/xdm';

/** Names that were probably meant, best first, and the sentence that asks for them. */
export interface Hint {
  readonly suggestions: readonly string[];
  readonly sentence: string;
}

/** A sentence ` Did you mean …?` with its suggestions, to be put after a message; empty when nothing is close. */
export function didYouMean(name: string, candidates: Iterable<string>): Hint {
  const suggestions = closeNames(name, [...candidates]);
  if (suggestions.length === 0) return { suggestions, sentence: '' };
  const quoted = suggestions.map((suggestion) => `"${suggestion}"`);
  return { suggestions, sentence: ` Did you mean ${quoted.join(' or ')}?` };
}
