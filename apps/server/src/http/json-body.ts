import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

/** Parses JSON bodies by hand, so that a syntax error can say where it is. Other media types are refused. */
export function acceptJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json(?:\s*;.*)?$/i,
    { parseAs: 'string' },
    (request, body, done) => {
      // Clients send the media type by habit, also where there is nothing to send, as with a deletion.
      if (body === '' && isOptional(request.routeOptions.schema?.body)) return done(null, null);
      try {
        done(null, parseJson(String(body)));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  );
}

/** Whether a route takes no body, or also none: then its schema lists null among what may come. */
function isOptional(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return true;
  const alternatives: unknown = 'anyOf' in schema ? schema.anyOf : undefined;
  return Array.isArray(alternatives) && alternatives.some((alternative) => alternative?.type === 'null');
}

/**
 * The value of a JSON text.
 * @throws {Problem} of kind `malformedJson`, with line and column (both from 1) of the error.
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '')
    throw new Problem('malformedJson', 'The request has no body. Send a JSON document.');
  try {
    return cleaned(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = errorOffset(error.message, text);
    const { line, column } = lineAndColumn(text, offset);
    throw new Problem(
      'malformedJson',
      `The body is not valid JSON: ${reason(error.message, text, offset)} (line ${line}, column ${column}).`,
    );
  }
}

/** V8 tells the offset of a syntax error, save where the text ends too early. */
function errorOffset(message: string, text: string): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  const token = /^Unexpected token '(.)', (?:\.\.\.)?"/su.exec(message)?.[1];
  return token === undefined ? text.length : Math.max(text.indexOf(token), 0);
}

function reason(message: string, text: string, offset: number): string {
  if (isTrailingComma(text, offset)) return 'a comma stands before the closing bracket; remove it';
  return message
    .replace(/ in JSON at position .*$/s, '')
    .replace(/, (?:\.\.\.)?".*" is not valid JSON$/s, '')
    .replace(/^./, (first) => first.toLowerCase());
}

function isTrailingComma(text: string, offset: number): boolean {
  return /[}\]]/.test(text.charAt(offset)) && /,\s*$/.test(text.slice(0, offset));
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: offset - lastBreak };
}

/** Documents nested deeper than this are refused: no API body is, and code that walks a body may recurse. */
const MAX_DEPTH = 100;

/**
 * The same value, without what no store can keep or no object should: a `__proto__` key is dropped, so that it never
 * reaches an object's prototype by assignment; text that is not Unicode, or holds a NUL, is refused.
 */
function cleaned(value: unknown, path = '', depth = 0): unknown {
  if (typeof value === 'string') return checkedText(value, path);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) {
    throw new Problem('malformedJson', `The body is nested more than ${MAX_DEPTH} levels deep.`);
  }
  if (Array.isArray(value)) return value.map((item, index) => cleaned(item, `${path}/${index}`, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '__proto__')
      .map(([key, child]) => [checkedText(key, path), cleaned(child, `${path}/${key}`, depth + 1)]),
  );
}

function checkedText(text: string, path: string): string {
  if (text.isWellFormed() && !text.includes('\0')) return text;
  const place = path.replaceAll(/[^\x20-\x7e]/g, '?') || '(root)';
  throw new Problem(
    'invalidBody',
    `The text at ${place} holds a NUL character or half a surrogate pair; remove it.`,
    {
      violations: [{ path: place, message: 'is not text that can be kept' }],
    },
  );
}
