import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** Where links lead when a client does not say by which name it reached this server, or says what is no name. */
const UNKNOWN_ORIGIN = 'http://localhost';

/** The address that a client asked for, as it reached this server: links in answers are made from it. */
export function requestUrl({ url, protocol, host }: FastifyRequest): URL {
  const origin = `${protocol}://${host}`;
  return new URL(url, URL.canParse(origin) ? origin : UNKNOWN_ORIGIN);
}

/** No store can be asked with a NUL, and no name or id holds one. @throws {Problem} of kind `invalidParameter` */
export function refuseNul({ url }: FastifyRequest): void {
  if (!url.includes('%00')) return;
  throw new Problem('invalidParameter', 'The URL holds a NUL character (%00); remove it.');
}
