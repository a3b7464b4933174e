import { wordOperators } from './precedence.ts';

/** Words that name something in the language: a field of such a name is written in a wrapping, `${size}`. */
export const reservedWords: ReadonlySet<string> = new Set([
  ...wordOperators.keys(),
  ...['new', 'break', 'var', 'for', 'false', 'while', 'null', 'continue', 'else', 'true', 'if', 'return'],
  ...['_errors', 'do', 'function', 'empty', 'size'],
]);

const identifierStart = /[\p{L}$_]/u;
const identifierPart = /[\p{L}\p{Nd}$_]/u;
const plainName = /^[\p{L}$_](?:[\p{L}\p{Nd}$_]|\.(?=[\p{L}\p{Nd}$_]))*$/u;

export function startsIdentifier(character: string): boolean {
  return identifierStart.test(character);
}

export function continuesIdentifier(character: string): boolean {
  return identifierPart.test(character);
}

/** Writes a path step so that it reads back as the same name: bare where that is legal, wrapped otherwise. */
export function printName(name: string): string {
  const bare = plainName.test(name) && !name.startsWith('${') && !reservedWords.has(name);
  if (bare) return name.replaceAll('.', '\\.');
  return `\${${name.replaceAll(/[\\.}]/g, (character) => `\\${character}`)}}`;
}

/**
 * Reads the inside of a wrapping, `First Name` or `a.b` or `First\.Name`, as the steps of a path. A backslash takes the
 * meaning from a dot, a brace or another backslash; before anything else it stands for itself.
 */
export function splitWrappedName(text: string): readonly string[] {
  const steps = [''];
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const next = text.charAt(index + 1);
    if (character === '\\' && (next === '.' || next === '}' || next === '\\')) {
      steps.push(`${steps.pop() ?? ''}${next}`);
      index++;
    } else if (character === '.') {
      steps.push('');
    } else {
      steps.push(`${steps.pop() ?? ''}${character}`);
    }
  }
  return steps;
}
