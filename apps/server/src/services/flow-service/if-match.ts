import type { Resource } from '@tributary/store';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { matchesEntityTag } from '../../http/entity-tag.ts';
import { refusal } from './refusal.ts';

export const IfMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The etag that a GET of the resource shows' })),
});

/**
 * Enforces `If-Match`, in the one place that decides how strictly:
 * - PATCH demands the header, as the platform does, since a patch without it could undo another's.
 * - DELETE and actions honour the header and do without it: the platform's reference asks for none there, and its
 *   clients send none.
 */
export function enforceIfMatch(
  request: FastifyRequest,
  resource: Resource,
  demand: 'required' | 'honoured',
): void {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '') {
    if (demand === 'honoured') return;
    const message = 'The header If-Match is missing. Send the etag that a GET of the resource shows.';
    throw refusal('1403-400', message, { violations: [{ path: 'If-Match', message }] });
  }
  if (matchesEntityTag(header, resource)) return;
  const message =
    'The header If-Match does not match the current version. Read the resource again and send its etag.';
  throw refusal('1404-412', message, { violations: [{ path: 'If-Match', message }] });
}
