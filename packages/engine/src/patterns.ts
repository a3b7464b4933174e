import { EngineError } from './engine-error.ts';

/**
 * The parts of an ECMA-262 pattern that RE2, which DuckDB matches with, spells otherwise or has not. Other escapes are
 * taken whole, so that in `\\u` and `\(?=` nothing is found.
 */
const PARTS =
  /\\u\{?(?<codePoint>[0-9a-fA-F]+)\}?|(?<unsupported>\\[1-9k]|\(\?<?[=!])|(?<named>\(\?<)|\\./gsu;

/**
 * The JSON Schema pattern of a field in RE2's syntax.
 * @throws EngineError `invalid` for a pattern that looks around or refers back, which RE2 can't match.
 */
export function sqlPattern(pattern: string, field: string): string {
  return pattern.replace(PARTS, (part, ...details) => {
    // The last argument of a replacer holds the named groups, wherever the pattern has some.
    const { codePoint, unsupported, named } = details.at(-1) as Record<string, string | undefined>;
    if (unsupported !== undefined) {
      throw new EngineError(
        'invalid',
        `The pattern ${pattern} of ${field} can't be checked, because of its ${part}.`,
      );
    }
    if (codePoint !== undefined) return `\\x{${codePoint}}`;
    return named === undefined ? part : '(?P<';
  });
}
