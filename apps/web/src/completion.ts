import { isObject } from './json.ts';
import { pathText } from './path-text.ts';
import type { Row } from './platform/answers.ts';
import type { LanguageFunction } from './platform/mapping-language.ts';
import type { SchemaField } from './platform/schema-fields.ts';

/** One thing that can take the place of the word that is being typed. */
export interface Completion {
  /** What is shown and searched, such as `upper`. */
  readonly name: string;
  /** What stands beside it, such as its syntax. */
  readonly note: string;
  /** What is written. */
  readonly text: string;
  /** How far into the written text the caret then stands. */
  readonly caret: number;
}

/** A part of a text: from `start` to before `end`, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What fits where the caret stands, and what it replaces. */
export interface Completions {
  readonly span: Span;
  readonly items: readonly Completion[];
}

/** More than anybody reads; a letter more narrows them down. */
const MAX_ITEMS = 40;

const wordBeforeCaret = /(?:\$\{[^}]*|[\p{L}$_][\p{L}\p{Nd}$_.\\]*)$/u;
const wordAfterCaret = /^[\p{L}\p{Nd}$_]*/u;
const wrappingAfterCaret = /^(?:[^}]*\})?/u;

/** What the word at the caret may become: columns of the row and functions; nothing within a text. */
export function expressionCompletions(
  text: string,
  caret: number,
  columns: readonly Completion[],
  functions: readonly Completion[],
): Completions {
  const before = text.slice(0, caret);
  const word = isWithinText(before) ? undefined : (wordBeforeCaret.exec(before)?.[0] ?? '');
  if (word === undefined) return { span: { start: caret, end: caret }, items: [] };
  const isWrapped = word.startsWith('${');
  const after = (isWrapped ? wrappingAfterCaret : wordAfterCaret).exec(text.slice(caret));
  const end = caret + (after?.[0].length ?? 0);
  const fitting = isWrapped ? matching(columns, word.slice(2)) : matching([...columns, ...functions], word);
  // A function may also be called upon what stands before a dot.
  const dot = word.lastIndexOf('.');
  if (fitting.length > 0 || dot === -1) return { span: { start: caret - word.length, end }, items: fitting };
  return {
    span: { start: caret - word.length + dot + 1, end },
    items: matching(functions, word.slice(dot + 1)),
  };
}

/** The fields of a schema that have what is typed in their paths. */
export function fieldCompletions(text: string, fields: readonly SchemaField[]): Completions {
  const items = fields.map(({ path, type }) => ({ name: path, note: type, text: path, caret: path.length }));
  return { span: { start: 0, end: text.length }, items: matching(items, text.trim()) };
}

/** What begins with the word stands before what only has it in it. Nothing is left of a word that is whole. */
function matching(all: readonly Completion[], word: string): readonly Completion[] {
  const sought = word.toLowerCase();
  const at = ({ name }: Completion) => name.toLowerCase().indexOf(sought);
  const found = [...all.filter((item) => at(item) === 0), ...all.filter((item) => at(item) > 0)];
  return found.length === 1 && found[0]?.text === word ? [] : found.slice(0, MAX_ITEMS);
}

function isWithinText(before: string): boolean {
  let quote: string | undefined;
  for (let index = 0; index < before.length; index += 1) {
    const character = before.charAt(index);
    if (quote !== undefined && character === '\\') index += 1;
    else if (character === quote) quote = undefined;
    else if (quote === undefined && (character === '"' || character === "'")) quote = character;
  }
  return quote !== undefined;
}

/** The text with a completion in it. A bracket that stands there already is not written again. */
export function completed(
  text: string,
  { start, end }: Span,
  completion: Completion,
): { readonly text: string; readonly caret: number } {
  const rest = text.slice(end);
  const isCalled = completion.text.endsWith(')') && rest.startsWith('(');
  const written = isCalled ? completion.text.slice(0, completion.text.indexOf('(')) : completion.text;
  return { text: text.slice(0, start) + written + rest, caret: start + completion.caret };
}

/** Each name of each function, with brackets, the caret between them where arguments go. */
export function functionCompletions(functions: readonly LanguageFunction[]): readonly Completion[] {
  return functions.flatMap(({ name, aliases, syntax, takesArguments }) =>
    [name, ...aliases].map((each) => ({
      name: each,
      note: syntax.replace(` ${name}(`, ` ${each}(`),
      text: `${each}()`,
      caret: each.length + (takesArguments ? 1 : 2),
    })),
  );
}

const MAX_COLUMN_DEPTH = 8;

/** The columns of a row and the fields within them, written as paths of the language. */
export function columnCompletions(row: Row): readonly Completion[] {
  const columnsWithin = (value: object, steps: readonly string[]): readonly Completion[] =>
    Object.entries(value).flatMap(([name, inner]) => {
      const path = [...steps, name];
      const text = pathText(path);
      const column = { name: path.join('.'), note: `column, ${kindOf(inner)}`, text, caret: text.length };
      const isNested = isObject(inner) && !Array.isArray(inner) && path.length < MAX_COLUMN_DEPTH;
      return isNested ? [column, ...columnsWithin(inner, path)] : [column];
    });
  return columnsWithin(row, []);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
