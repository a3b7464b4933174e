import type { XdmNode } from '@tributary/xdm';
import { translateRegex } from '../functions/regex-syntax.ts';

export type SchemaPattern =
  | { readonly ok: true; readonly regex: string }
  | { readonly ok: false; readonly problem: string };

/** Escapes are taken whole, so that in `\\u` and `\(?<` nothing is found. */
const PARTS =
  /\\u\{(?<codePoint>[0-9a-fA-F]+)\}|\\u(?<unit>[0-9a-fA-F]{4})|(?<named>\(\?<(?![=!])[^>]*>)|\\./gsu;

/**
 * A field's `pattern`, which is an ECMA-262 regular expression (JSON Schema validation, pattern), in RE2's syntax, which
 * DuckDB matches with. Not all can be: RE2 neither looks around nor refers back.
 */
export function readSchemaPattern(pattern: string): SchemaPattern {
  const regex = pattern.replace(PARTS, (part, ...details) => {
    // The last argument of a replacer holds the named groups, wherever the pattern has some.
    const { codePoint, unit, named } = details.at(-1) as Record<string, string | undefined>;
    if (named !== undefined) return '(';
    if (unit !== undefined) return literal(String.fromCharCode(Number.parseInt(unit, 16)));
    if (codePoint === undefined) return part;
    const value = Number.parseInt(codePoint, 16);
    return value > 0x10ffff ? part : literal(String.fromCodePoint(value));
  });
  return regex.isWellFormed() ? translateRegex(regex) : { ok: false, problem: 'it has half of a character' };
}

function literal(character: string): string {
  return /^[!-/:-@[-^`{-~]$/.test(character) ? `\\${character}` : character;
}

/** A field whose pattern can't be checked, and why. */
export interface PatternProblem {
  readonly path: string;
  readonly pattern: string;
  readonly problem: string;
}

/** The patterns within a node that can't be checked. */
export function patternProblems(node: XdmNode, path: string): readonly PatternProblem[] {
  switch (node.kind) {
    case 'scalar': {
      const { pattern } = node.constraints;
      if (pattern === undefined || node.xdmType !== 'string') return [];
      const reading = readSchemaPattern(pattern);
      return reading.ok ? [] : [{ path, pattern, problem: reading.problem }];
    }
    case 'array':
      return patternProblems(node.items, `${path}[*]`);
    case 'map':
      return patternProblems(node.values, `${path}.*`);
    case 'object':
      return Array.from(node.properties).flatMap(([name, child]) =>
        patternProblems(child, `${path}.${name}`),
      );
  }
}
