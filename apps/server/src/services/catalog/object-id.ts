import { randomBytes } from 'node:crypto';

const OBJECT_ID = /^[0-9a-f]{24}$/;

/** A new id of a Catalog object: 24 lower-case hex digits that begin with the time in seconds, so that ids sort by age. */
export function newObjectId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1_000).toString(16);
  return seconds.padStart(8, '0') + randomBytes(8).toString('hex');
}

/** Whether a text could be the id of a Catalog object. */
export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}
