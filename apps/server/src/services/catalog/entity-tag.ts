import type { Resource } from '@tributary/store';
import { Problem } from '../../http/problem.ts';

/** The ETag header of a resource. */
export function entityTag({ etag }: Resource): string {
  return `"${etag}"`;
}

/**
 * Lets a change pass whose `If-Match` is absent, `*` or the resource's own ETag.
 * @throws {Problem} of kind `preconditionFailed`
 */
export function requireMatch(resource: Resource, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const given = ifMatch.split(',').map((tag) => tag.trim().replace(/^"|"$/g, ''));
  if (given.includes(resource.etag)) return;
  throw new Problem(
    'preconditionFailed',
    'The header If-Match names another version than the current one. Read the object again and send its ETag.',
    { violations: [{ path: 'If-Match', message: 'is not the current ETag' }] },
  );
}
