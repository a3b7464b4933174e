import type { Resource } from '@tributary/store';

/** The ETag of a resource (RFC 9110, section 8.8.3): the quotation marks are part of it. */
export function entityTag({ etag }: Pick<Resource, 'etag'>): string {
  return `"${etag}"`;
}

/** Whether an `If-Match` lets a resource pass: its ETag, with or without quotation marks, weak, in a list; or `*`. */
export function matchesEntityTag(ifMatch: string, { etag }: Pick<Resource, 'etag'>): boolean {
  const given = ifMatch.split(',').map((tag) =>
    tag
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1'),
  );
  return given.includes('*') || given.includes(etag);
}
