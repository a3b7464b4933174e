import type { Resource } from '@tributary/store';
import { matchesEntityTag } from '../../http/entity-tag.ts';
import { Problem } from '../../http/problem.ts';

/**
 * Lets a change pass whose `If-Match` is absent, `*` or the resource's own ETag.
 * @throws {Problem} of kind `preconditionFailed`
 */
export function requireMatch(resource: Resource, ifMatch: string | undefined): void {
  if (ifMatch === undefined || matchesEntityTag(ifMatch, resource)) return;
  throw new Problem(
    'preconditionFailed',
    'The header If-Match names another version than the current one. Read the object again and send its ETag.',
    { violations: [{ path: 'If-Match', message: 'is not the current ETag' }] },
  );
}
