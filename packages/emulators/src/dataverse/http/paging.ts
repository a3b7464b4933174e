import { badQuery, WebApiError } from '../odata/error.ts';
import type { ChangePosition } from '../odata/select-changes.ts';
import type { LastRow } from '../odata/select-rows.ts';
import type { Context } from './context.ts';

/** How long a delta token holds: ExpireChangeTrackingInDays. */
const DELTA_TOKEN_MS = 7 * 86_400_000;

/** The state of a table that changes are asked from. */
export interface DeltaToken {
  readonly version: number;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** What a `$skiptoken` knows: the page it leads to, where the one before it ended, and what changes are tracked from. */
export interface Cookie {
  readonly page: number;
  readonly last: LastRow | LastChange;
  readonly tracking: DeltaToken | undefined;
}

/** Where a page of changes ended, and the version that they are asked from. */
export interface LastChange {
  readonly since: number;
  readonly after: ChangePosition;
}

export function isLastChange(last: LastRow | LastChange): last is LastChange {
  return 'since' in last;
}

/** The text of a `$skiptoken`. Nothing but its form is like Dataverse's, where it is opaque too. */
export function cookieOf(cookie: Cookie): string {
  const state = Buffer.from(JSON.stringify(cookie)).toString('base64url');
  const tracks = cookie.tracking === undefined ? 'False' : 'True';
  return `<cookie pagenumber="${cookie.page}" pagingcookie="${state}" istracking="${tracks}" />`;
}

export function parseCookie(text: string): Cookie {
  const state = /pagingcookie="([\w-]+)"/.exec(text)?.[1];
  try {
    // Whatever is wrong with it, the client has made it up.
    if (state !== undefined) return JSON.parse(Buffer.from(state, 'base64url').toString('utf8')) as Cookie;
  } catch {
    // Told below.
  }
  throw badQuery('The paging cookie is malformed or no longer valid.');
}

export function deltaTokenText({ version, time }: DeltaToken): string {
  const [month = '', day = '', year = '', clock = ''] = new Date(time)
    .toISOString()
    .replace(/(\d+)-(\d+)-(\d+)T([\d:]+).*/, '$2 $3 $1 $4')
    .split(' ');
  return `${version}!${month}/${day}/${year} ${clock}`;
}

/** @throws WebApiError where the token has expired, by its age or because a fault says so. */
export function parseDeltaToken(text: string, { environment, faults }: Context): DeltaToken {
  const [, version, month, day, year, clock] = /^(\d+)!(\d\d)\/(\d\d)\/(\d{4}) ([\d:]+)$/.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${clock}Z`);
  if (version === undefined || Number.isNaN(time)) throw badQuery('The delta token is not valid.');
  const isExpired = faults.take(['expireDeltaToken'], '$deltatoken') !== undefined;
  if (isExpired || environment.clock.now() - time > DELTA_TOKEN_MS) {
    throw new WebApiError(
      400,
      '0x80044352',
      'Version stamp associated with the client has expired. Please perform a full sync.',
    );
  }
  return { version: Number(version), time };
}
