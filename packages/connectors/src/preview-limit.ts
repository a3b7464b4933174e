import { SourceError } from './source.ts';

const MAX_PREVIEW_ROWS = 2000;

/** @throws SourceError `invalid` for a number of rows that is none, or more than a preview shows. */
export function requirePreviewLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PREVIEW_ROWS) return;
  throw new SourceError('invalid', 'INVALID_LIMIT', `limit: must be from 1 to ${MAX_PREVIEW_ROWS}`);
}
