import type { Resource } from '@tributary/store';
import { Type } from 'typebox';
import { matchesEntityTag } from '../../http/entity-tag.ts';
import { Problem } from '../../http/problem.ts';
import { shownVersion } from './semantic-version.ts';

/** The headers by which a change says of which version it is meant. */
export const ConditionHeaders = Type.Object({
  'if-match': Type.Optional(
    Type.String({ maxLength: 1_000, description: 'The ETag or version that the object must have.' }),
  ),
  'if-none-match': Type.Optional(
    Type.String({ maxLength: 1_000, description: 'An ETag or version that the object must not have.' }),
  ),
});

export interface Conditions {
  readonly 'if-match'?: string;
  readonly 'if-none-match'?: string;
}

/**
 * Lets a change pass that is meant for the resource's current version. Versions are named by ETag, as in HTTP, or by
 * number (`1.0.6`), as the Catalog's older clients do.
 * @throws {Problem} of kind `preconditionFailed`
 */
export function requireMatch(resource: Resource, conditions: Conditions): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = conditions;
  if (ifMatch !== undefined && !matches(ifMatch, resource)) {
    throw preconditionFailed(
      'If-Match',
      'The header If-Match names another version than the current one. Read the object again and send its ETag.',
      'is not the current ETag',
    );
  }
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, resource)) {
    throw preconditionFailed(
      'If-None-Match',
      'The header If-None-Match names the version that the object has.',
      'is the current ETag',
    );
  }
}

function matches(header: string, resource: Resource): boolean {
  return matchesEntityTag(header, resource) || matchesEntityTag(header, { etag: shownVersion(resource) });
}

function preconditionFailed(path: string, detail: string, message: string): Problem {
  return new Problem('preconditionFailed', detail, { violations: [{ path, message }] });
}
