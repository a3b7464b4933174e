import { latestVersion } from '../../rows/mutate.ts';
import {
  type ColumnDefinition,
  findTable,
  propertyName,
  type TableDefinition,
  type TableSnapshot,
} from '../definitions.ts';
import { recordIds, tableOfId } from '../ids.ts';
import { WebApiError } from '../odata/error.ts';
import { parseQuery, type Query } from '../odata/query.ts';
import { compileRow, type RowStyle, versionColumn } from '../odata/render.ts';
import { type LastRow, lastRowOf, positionAfter, selectRows } from '../odata/select-rows.ts';
import type { Context } from './context.ts';
import { cookieOf, type DeltaToken, deltaTokenText, parseCookie, parseDeltaToken } from './paging.ts';
import type { Preferences } from './preferences.ts';

/** The most rows that a `$count` counts, and that a page holds. */
const MOST_COUNTED = 5000;
/** The most rows that an aggregate looks at. */
const MOST_AGGREGATED = 50_000;

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
    if (query.deltaToken !== undefined) return this.#delta(request, query, snapshot);
    const rows = this.#select(query, columns, snapshot);
    const cookie = this.#cookie(request, query);
    const from = cookie === undefined ? 0 : positionAfter(cookie.last, rows, query, snapshot);
    const end = Math.min(rows.length, query.top ?? rows.length);
    const to = Math.min(from + preferences.maxPageSize, end);
    const tracking = cookie?.tracking ?? (preferences.tracksChanges ? this.#newDeltaToken() : undefined);
    const next =
      to < end
        ? this.#nextLink(
            request,
            lastRowOf(rows[to - 1] ?? 0, query, snapshot),
            (cookie?.page ?? 1) + 1,
            tracking,
          )
        : undefined;
    const links = {
      next,
      delta: next === undefined && tracking !== undefined ? this.#deltaLink(request, tracking) : undefined,
    };
    const write = compileRow(snapshot, query.select, this.#style(request));
    const texts = Array.from(rows.subarray(from, to), write);
    return this.#document(request, query, texts, links, query.count ? rows.length : undefined);
  }

  /** The number of rows of `{set}/$count`, which is never above 5,000. */
  count({ table }: Pick<EntitySetRequest, 'table'>): number {
    return Math.min(this.#context.environment.table(table.name).liveRows, MOST_COUNTED);
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

  #delta(request: EntitySetRequest, query: Query, snapshot: TableSnapshot): string {
    const since = parseDeltaToken(query.deltaToken ?? '', this.#context);
    const tracking = this.#newDeltaToken();
    const { table, apiRoot } = request;
    const versionAt = snapshot.column(versionColumn(table));
    const idAt = recordIds.idsOf(table.name);
    const write = compileRow(snapshot, query.select, this.#style(request));
    const context = `${this.#context.url()}${apiRoot}/$metadata#${table.entitySet}/$deletedEntity`;
    const changed = [...snapshot.overlay.keys()].sort((a, b) => a - b);
    const texts = changed
      .filter((index) => Number(versionAt(index)) > since.version)
      .map((index) =>
        snapshot.isDeleted(index)
          ? JSON.stringify({ '@odata.context': context, id: idAt(index), reason: 'deleted' })
          : write(index),
      );
    return this.#document(
      request,
      query,
      texts,
      { next: undefined, delta: this.#deltaLink(request, tracking) },
      undefined,
    );
  }

  #document(
    { table, apiRoot, params }: EntitySetRequest,
    query: Query,
    rows: readonly string[],
    links: { readonly next: string | undefined; readonly delta: string | undefined },
    total: number | undefined,
  ): string {
    const columns = params.has('$select') ? `(${query.select.map(propertyName).join(',')})` : '';
    const delta = links.delta === undefined ? '' : '/$delta';
    const counted =
      total === undefined
        ? ''
        : `,"@odata.count":${Math.min(total, MOST_COUNTED)},"@Microsoft.Dynamics.CRM.totalrecordcount":${
            total > MOST_COUNTED ? MOST_COUNTED : total
          },"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":${total > MOST_COUNTED}`;
    const next = links.next === undefined ? '' : `,"@odata.nextLink":${JSON.stringify(links.next)}`;
    const deltaLink = links.delta === undefined ? '' : `,"@odata.deltaLink":${JSON.stringify(links.delta)}`;
    const context = `${this.#context.url()}${apiRoot}/$metadata#${table.entitySet}${columns}${delta}`;
    return `{"@odata.context":${JSON.stringify(context)}${counted},"value":[${rows.join(',')}]${next}${deltaLink}}`;
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

  #nextLink(
    request: EntitySetRequest,
    last: LastRow,
    page: number,
    tracking: DeltaToken | undefined,
  ): string {
    return this.#link(request, '$skiptoken', cookieOf({ page, last, tracking }));
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
