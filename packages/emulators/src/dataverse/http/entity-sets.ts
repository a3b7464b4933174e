import { latestVersion } from '../../rows/mutate.ts';
import {
  type ColumnDefinition,
  findTable,
  propertyName,
  type TableDefinition,
  type TableSnapshot,
} from '../definitions.ts';
import { recordIds, tableOfId } from '../ids.ts';
import { badQuery, WebApiError } from '../odata/error.ts';
import { parseQuery, type Query } from '../odata/query.ts';
import { compileRow, type RowStyle } from '../odata/render.ts';
import { type ChangePosition, selectChanges } from '../odata/select-changes.ts';
import { lastRowOf, positionAfter, selectRows } from '../odata/select-rows.ts';
import type { Context } from './context.ts';
import {
  type Cookie,
  cookieOf,
  type DeltaToken,
  deltaTokenText,
  isLastChange,
  parseCookie,
  parseDeltaToken,
} from './paging.ts';
import type { Preferences } from './preferences.ts';

/** The most rows that a `$count` counts, and that a page holds. */
const MOST_COUNTED = 5000;
/** The most rows that an aggregate looks at. */
const MOST_AGGREGATED = 50_000;
/** Change tracking takes none of these (Query options not supported in Change Tracking Web API request). */
const NOT_TRACKED = ['filter', 'orderby', 'expand', 'top'];

export interface EntitySetRequest {
  readonly table: TableDefinition;
  readonly params: ReadonlyMap<string, string>;
  readonly preferences: Preferences;
  readonly areNumbersText: boolean;
  readonly apiRoot: string;
  /** Path and query of the request. */
  readonly address: string;
}

interface CachedSelection {
  readonly key: string;
  readonly snapshot: TableSnapshot;
  readonly rows: Uint32Array;
}

/** What a page tells around its rows. */
interface DocumentMembers {
  readonly next: string | undefined;
  readonly delta: string | undefined;
  readonly areChanges?: boolean;
  readonly total?: number | undefined;
}

/** Answers queries of entity sets, page by page. Each page is a query of its own over the rows as they are then. */
export class EntitySets {
  readonly #context: Context;
  #cached: CachedSelection | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** The answer as JSON text; members stand in Dataverse's order, `@odata.nextLink` after the rows. */
  answer(request: EntitySetRequest): string {
    const { environment } = this.#context;
    const { table, params, preferences } = request;
    const columns = environment.columns(table);
    const query = parseQuery(params, table, columns);
    const snapshot = environment.table(table.name).snapshot();
    if (query.countAs !== undefined) return this.#aggregate(request, query, columns, snapshot);
    if (preferences.tracksChanges || query.deltaToken !== undefined) requireTrackable(request);
    const cookie = this.#cookie(request, query);
    if (cookie !== undefined && isLastChange(cookie.last) && cookie.tracking !== undefined)
      return this.#changes(request, query, snapshot, { ...cookie.last, upTo: cookie.tracking });
    if (query.deltaToken !== undefined) {
      const { version } = parseDeltaToken(query.deltaToken, this.#context);
      const upTo = this.#newDeltaToken();
      return this.#changes(request, query, snapshot, { since: version, after: undefined, upTo });
    }
    const rows = this.#select(query, columns, snapshot);
    const last = cookie?.last;
    const from = last === undefined || isLastChange(last) ? 0 : positionAfter(last, rows, query, snapshot);
    const end = Math.min(rows.length, query.top ?? rows.length);
    const to = Math.min(from + preferences.maxPageSize, end);
    const tracking = cookie?.tracking ?? (preferences.tracksChanges ? this.#newDeltaToken() : undefined);
    const next =
      to < end
        ? this.#nextLink(request, {
            page: (cookie?.page ?? 1) + 1,
            last: lastRowOf(rows[to - 1] ?? 0, query, snapshot),
            tracking,
          })
        : undefined;
    const links = {
      next,
      delta: next === undefined && tracking !== undefined ? this.#deltaLink(request, tracking) : undefined,
    };
    const write = compileRow(snapshot, query.select, this.#style(request));
    const texts = Array.from(rows.subarray(from, to), write);
    return this.#document(request, query, texts, { ...links, total: query.count ? rows.length : undefined });
  }

  /** The number of rows of `{set}/$count`, or of the changes since a `$deltatoken`; never above 5,000. */
  count({ table, params }: Pick<EntitySetRequest, 'table' | 'params'>): number {
    const data = this.#context.environment.table(table.name);
    const token = params.get('$deltatoken');
    if (token === undefined) return Math.min(data.liveRows, MOST_COUNTED);
    const { version: since } = parseDeltaToken(token, this.#context);
    const range = { since, upTo: this.#newDeltaToken().version, after: undefined };
    return Math.min(selectChanges(data.snapshot(), range).length, MOST_COUNTED);
  }

  /** One record as JSON text. */
  record(request: EntitySetRequest, id: string): string {
    const { environment, url } = this.#context;
    const { table, params, apiRoot } = request;
    const query = parseQuery(params, table, environment.columns(table));
    const data = environment.table(table.name);
    const index = data.indexOf(id);
    const snapshot = data.snapshot();
    if (index === undefined || snapshot.isDeleted(index)) {
      throw new WebApiError(404, '0x80040217', `Entity '${table.name}' With Id = ${id} Does Not Exist`);
    }
    const row = compileRow(snapshot, query.select, this.#style(request))(index);
    return `{"@odata.context":"${url()}${apiRoot}/$metadata#${table.entitySet}/$entity",${row.slice(1)}`;
  }

  #aggregate(
    request: EntitySetRequest,
    query: Query,
    columns: readonly ColumnDefinition[],
    snapshot: TableSnapshot,
  ): string {
    const { length } = this.#select(query, columns, snapshot);
    if (length > MOST_AGGREGATED) {
      const message = 'The maximum record limit is exceeded. Reduce the number of records.';
      throw new WebApiError(400, '0x8004E023', `AggregateQueryRecordLimit exceeded. ${message}`);
    }
    const row = JSON.stringify({ [query.countAs ?? 'count']: length });
    return `{"@odata.context":"${this.#context.url()}${request.apiRoot}/$metadata#${request.table.entitySet}","value":[${row}]}`;
  }

  /** A page of what changed up to the version that the first page of them has fixed. */
  #changes(
    request: EntitySetRequest,
    query: Query,
    snapshot: TableSnapshot,
    { since, after, upTo }: { since: number; after: ChangePosition | undefined; upTo: DeltaToken },
  ): string {
    const { table, apiRoot, preferences } = request;
    const changes = selectChanges(snapshot, { since, upTo: upTo.version, after });
    const page = changes.slice(0, preferences.maxPageSize);
    const idAt = recordIds.idsOf(table.name);
    const write = compileRow(snapshot, query.select, this.#style(request));
    const context = `${this.#context.url()}${apiRoot}/$metadata#${table.entitySet}/$deletedEntity`;
    const texts = page.map(({ index, isDeleted }) =>
      isDeleted
        ? JSON.stringify({ '@odata.context': context, id: idAt(index), reason: 'deleted' })
        : write(index),
    );
    const last = page.at(-1);
    const isLast = last === undefined || page.length === changes.length;
    return this.#document(request, query, texts, {
      next: isLast
        ? undefined
        : this.#nextLink(request, { page: 1, last: { since, after: last }, tracking: upTo }),
      delta: isLast ? this.#deltaLink(request, upTo) : undefined,
      areChanges: true,
    });
  }

  #document(
    { table, apiRoot, params }: EntitySetRequest,
    query: Query,
    rows: readonly string[],
    { next, delta, areChanges = false, total }: DocumentMembers,
  ): string {
    const columns = params.has('$select') ? `(${query.select.map(propertyName).join(',')})` : '';
    const context = `${this.#context.url()}${apiRoot}/$metadata#${table.entitySet}${columns}${areChanges ? '/$delta' : ''}`;
    const deltaLink = delta === undefined ? '' : `,"@odata.deltaLink":${JSON.stringify(delta)}`;
    const counted =
      total === undefined
        ? ''
        : `,"@odata.count":${Math.min(total, MOST_COUNTED)},"@Microsoft.Dynamics.CRM.totalrecordcount":${
            total > MOST_COUNTED ? MOST_COUNTED : total
          },"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":${total > MOST_COUNTED}`;
    const nextLink = next === undefined ? '' : `,"@odata.nextLink":${JSON.stringify(next)}`;
    return `{"@odata.context":${JSON.stringify(context)}${deltaLink}${counted},"value":[${rows.join(',')}]${nextLink}}`;
  }

  #select(query: Query, columns: readonly ColumnDefinition[], snapshot: TableSnapshot): Uint32Array {
    const order = query.orderBy.map(({ column, descending }) => [column.name, descending]);
    const key = JSON.stringify([snapshot.object.name, query.filter, order]);
    const cached = this.#cached;
    if (
      cached?.key === key &&
      cached.snapshot.overlay === snapshot.overlay &&
      cached.snapshot.count === snapshot.count
    )
      return cached.rows;
    const rows = selectRows(query, columns, snapshot);
    this.#cached = { key, snapshot, rows };
    return rows;
  }

  #cookie({ address }: EntitySetRequest, query: Query) {
    if (query.skipToken === undefined) return undefined;
    const isLost = this.#context.faults.take(['expirePagingCookie'], address) !== undefined;
    return parseCookie(isLost ? '' : query.skipToken);
  }

  #nextLink(request: EntitySetRequest, cookie: Cookie): string {
    return this.#link(request, '$skiptoken', cookieOf(cookie));
  }

  #deltaLink(request: EntitySetRequest, token: DeltaToken): string {
    return this.#link(request, '$deltatoken', deltaTokenText(token));
  }

  #link({ table, params, apiRoot }: EntitySetRequest, option: string, value: string): string {
    const kept = [...params].filter(([name]) => name !== '$skiptoken' && name !== '$deltatoken');
    const options = [...kept, [option, value] as const];
    const text = options.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&');
    return `${this.#context.url()}${apiRoot}/${table.entitySet}?${text}`;
  }

  #newDeltaToken(): DeltaToken {
    const { environment } = this.#context;
    return { version: latestVersion(environment.mutations), time: environment.clock.now() };
  }

  #style({ preferences, areNumbersText }: EntitySetRequest): RowStyle {
    return { includes: preferences.includes, areNumbersText, nameOf: (id) => this.#nameOf(id) };
  }

  /** The primary name of the record behind an id. */
  #nameOf(id: string): string | null {
    const table = findTable(tableOfId(id) ?? '');
    if (table === undefined) return null;
    const data = this.#context.environment.table(table.name);
    const index = data.indexOf(id);
    const column = table.fields.find(({ name }) => name === table.primaryName);
    if (index === undefined || column === undefined) return null;
    const name = data.snapshot().column(column)(index);
    return name === null ? null : String(name);
  }
}

/** @throws WebApiError where changes of the table are not tracked, or not for such a query. */
function requireTrackable({ table, params }: EntitySetRequest): void {
  if (table.tracksChanges === false)
    throw badQuery(`Change tracking is not enabled for the entity '${table.name}'.`);
  const option = NOT_TRACKED.find((name) => params.has(`$${name}`));
  if (option !== undefined)
    throw badQuery(`The "${option}" query parameter isn't supported when Change Tracking is enabled.`);
}
