import { randomBytes } from 'node:crypto';

/**
 * A new id of a Catalog object: 24 lower-case hex digits that begin with the time in seconds, so that ids
 * sort by age.
 */
export function newObjectId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1_000).toString(16);
  return seconds.padStart(8, '0') + randomBytes(8).toString('hex');
}
