import { RegexProblem } from './regex-reader.ts';
import { RegexTranslator } from './regex-translator.ts';

/** A regular expression of Java's syntax in RE2's, or what keeps it from being used. */
export type RegexTranslation =
  | { readonly ok: true; readonly regex: string; readonly groups: number }
  | { readonly ok: false; readonly problem: string };

/**
 * Translates Java's syntax to RE2's, so that a pattern means here what it means on the platform, and never breaks a run.
 * What RE2 has no counterpart for is refused by name: look-around, back-references, possessive repetition and atomic
 * groups, all of which may take time without bounds, and the rarer kinds of classes. Groups lose their names.
 */
export function translateRegex(pattern: string): RegexTranslation {
  try {
    return { ok: true, ...new RegexTranslator(pattern).translate() };
  } catch (error) {
    if (error instanceof RegexProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

/** What keeps a regular expression from being used, or undefined. */
export function regexProblem(pattern: string): string | undefined {
  const translation = translateRegex(pattern);
  return translation.ok ? undefined : translation.problem;
}

/** A regular expression that was checked before. */
export function translatedRegex(pattern: unknown): { readonly regex: string; readonly groups: number } {
  const translation = translateRegex(String(pattern));
  if (!translation.ok) throw new Error(`A pattern was planned that cannot be used: ${translation.problem}`);
  return translation;
}
