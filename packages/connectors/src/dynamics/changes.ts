import { discard } from '../outbound/client.ts';
import { type ReadRequest, SourceError } from '../source.ts';
import { type DynamicsApi, unexpected } from './api.ts';
import { SERVICE_PROTECTION_MS } from './count.ts';
import type { DynamicsTable } from './describe.ts';
import { pathOf } from './query.ts';

/** Asks for a delta link in the end (OData Protocol, 8.2.8.6). */
export const TRACK_CHANGES = 'odata.track-changes';

const MISSING_PRIVILEGE = '0x80040220';

/**
 * What a delta link tells, less the columns that it was asked for: these may be others the next time. Environment and
 * table stand in it, for the token of another would be taken, and would tell of other rows.
 */
export function changeTokenOf(api: DynamicsApi, table: string, deltaLink: string | undefined): string {
  const path = deltaLink === undefined ? '' : api.pathOfLink(deltaLink);
  const [, encoded] = /[?&](?:\$|%24)deltatoken=([^&]+)/i.exec(path) ?? [];
  if (encoded === undefined || !isDecodable(encoded))
    throw unexpected(`the changes of ${table} ended without a delta link`);
  return `${api.origin} ${table} ${decodeURIComponent(encoded)}`;
}

/**
 * The `$deltatoken` of a token that {@link changeTokenOf} has made, once Dataverse has been found to take it still;
 * undefined where a read is to begin anew.
 *
 * @throws SourceError `expired` for a token that is too old, or another table's; `invalid` where changes are not tracked.
 */
export async function deltaTokenOf(
  api: DynamicsApi,
  { table, changes }: ReadRequest,
  { entitySet, description }: DynamicsTable,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (description.tracksChanges !== true) throw notTracked(table);
  if (changes?.since === undefined) return undefined;
  const [, origin, of, deltaToken] = /^(\S+) (\S+) (.+)$/.exec(changes.since) ?? [];
  if (deltaToken === undefined || origin !== api.origin || of !== table)
    throw new SourceError('expired', 'UNKNOWN_CHANGE_TOKEN', `The change token is not one of ${table}`);
  const path = pathOf(entitySet, { $select: description.keyColumns.join(','), $deltatoken: deltaToken });
  const headers = { prefer: `${TRACK_CHANGES},odata.maxpagesize=1` };
  const { body } = await asTracked(() =>
    asExpired(() => api.stream({ path, headers, maxRetryAfterMs: SERVICE_PROTECTION_MS, signal })),
  );
  // That it is answered says all; how much is none of this call's concern.
  discard(body);
  return deltaToken;
}

/** What was found to be right, and is not taken any longer, is mended by planning anew. */
export async function asExpired<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof SourceError) || error.kind !== 'invalid') throw error;
    throw new SourceError('expired', error.code, error.message, { cause: error });
  }
}

/** Changes are told only to users who may read all rows, which the refusal does not say. */
export async function asTracked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof SourceError) || error.code.toLowerCase() !== MISSING_PRIVILEGE) throw error;
    const mend =
      'change tracking needs a security role that reads all rows of the table (organisation level)';
    throw new SourceError(error.kind, error.code, `${error.message}; ${mend}`, { cause: error });
  }
}

function notTracked(table: string): SourceError {
  return new SourceError(
    'invalid',
    'CHANGES_NOT_TRACKED',
    `changes: ${table} tracks none; switch on Track changes among the properties of the table`,
  );
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
