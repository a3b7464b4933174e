import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { Problem } from '../../http/problem.ts';

/**
 * A token without an equals sign: clients take it from behind the first one of the link, and follow the link with and
 * without the parameters of the first page, so that it holds all that the next page needs.
 */
export function writeToken(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @throws {Problem} that names the parameter, for what is no token of a list with this schema. */
export function readToken<S extends TSchema>(token: string, schema: S): Static<S> {
  const content = decode(token);
  if (content !== undefined && Value.Check(schema, content)) return content;
  const message =
    'The parameter continuationToken is not one that a list answered. Take it from _links.next.';
  throw new Problem('invalidParameter', message, { violations: [{ path: 'continuationToken', message }] });
}

function decode(token: string): unknown {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  // An escaped NUL is no part of a token of ours, and the store cannot be asked with one.
  if (text.includes('\\u0000')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
