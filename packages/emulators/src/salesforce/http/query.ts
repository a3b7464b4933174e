import { randomUUID } from 'node:crypto';
import { type FieldDefinition, findField, type OrgSnapshot } from '../definitions.ts';
import type { Org } from '../org.ts';
import { compileJsonRow, jsonValue } from '../render.ts';
import { type BoundAggregate, bindSoql } from '../soql/bind.ts';
import { aggregate, type Selection, selectRows } from '../soql/select.ts';
import { restDatetime } from '../timestamps.ts';
import type { Context } from './context.ts';
import { ApiError } from './errors.ts';
import { QUERY_TIMEOUT_MESSAGE, takeTimeout } from './trouble.ts';

/** The range of `Sforce-Query-Options: batchSize` (REST API Developer Guide, Query Options Header). */
const LEAST_BATCH = 200;
const MOST_BATCH = 2000;
/** Cursors kept open; the oldest are forgotten, as an org does. */
const MOST_CURSORS = 200;
/** How long a cursor lives (SOQL and SOSL Reference, query cursor limits). */
const CURSOR_MS = 2 * 86_400_000;

interface Cursor {
  readonly snapshot: OrgSnapshot;
  readonly fields: readonly FieldDefinition[];
  readonly rows: Selection;
  readonly batchSize: number;
  /** The org's time. */
  readonly openedAt: number;
}

/** Answers `query` and `queryAll`, page by page. */
export class Queries {
  readonly #org: Org;
  readonly #faults: Context['faults'];
  readonly #cursors = new Map<string, Cursor>();

  constructor({ org, faults }: Pick<Context, 'org' | 'faults'>) {
    this.#org = org;
    this.#faults = faults;
  }

  /** The first page, as JSON text; members stand in Salesforce's order. */
  run(
    soql: string,
    version: string,
    options: { includeDeleted: boolean; batchSize: number; url: string },
  ): string {
    const query = bindSoql(soql, this.#org.findObject);
    const snapshot = this.#org.table(query.object.name).snapshot();
    const rows = selectRows(query, snapshot, options.includeDeleted);
    if (takeTimeout(options.url, rows.length, { faults: this.#faults }))
      throw new ApiError(400, 'QUERY_TIMEOUT', QUERY_TIMEOUT_MESSAGE);
    const { select } = query;
    if (select.kind === 'count') return `{"totalSize":${rows.length},"done":true,"records":[]}`;
    if (select.kind === 'aggregates') return aggregateResult(select.aggregates, snapshot, rows);
    const openedAt = this.#org.clock.now();
    const cursor = { snapshot, rows, fields: select.fields, batchSize: options.batchSize, openedAt };
    return this.#page(`01g${randomUUID().replaceAll('-', '').slice(0, 15)}`, cursor, 0, version);
  }

  /** A later page by its locator, `{cursor}-{position}`. */
  more(locator: string, version: string, url: string): string {
    const [, id = '', position = ''] = /^(\w{15,18})-(\d+)$/.exec(locator) ?? [];
    if (this.#faults.take(['expireCursor'], url) !== undefined) this.#cursors.delete(id);
    const cursor = this.#cursors.get(id);
    const age = cursor === undefined ? 0 : this.#org.clock.now() - cursor.openedAt;
    if (cursor === undefined || age > CURSOR_MS || Number(position) >= cursor.rows.length) {
      throw new ApiError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
    }
    return this.#page(id, this.#redefined(cursor), Number(position), version);
  }

  /** The cursor with the object as it is by now. What Salesforce does with a field that is gone is not documented. */
  #redefined(cursor: Cursor): Cursor {
    const table = this.#org.table(cursor.snapshot.object.name);
    const { object } = table;
    if (object === cursor.snapshot.object) return cursor;
    const fields = cursor.fields.map(({ name }) => {
      const field = findField(object, name);
      if (field !== undefined) return field;
      throw new ApiError(400, 'INVALID_FIELD', `No such column '${name}' on entity '${object.name}'.`);
    });
    return { ...cursor, fields, snapshot: table.snapshot() };
  }

  #page(id: string, cursor: Cursor, from: number, version: string): string {
    const { snapshot, fields, rows, batchSize } = cursor;
    const attributesUrl = `/services/data/${version}/sobjects/${snapshot.object.name}/`;
    const writeRow = compileJsonRow(snapshot, fields, { attributesUrl, datetime: restDatetime });
    const to = Math.min(from + batchSize, rows.length);
    const records: string[] = [];
    for (let position = from; position < to; position++) records.push(writeRow(rows.at(position)));
    const done = to === rows.length;
    if (!done) this.#keep(id, cursor);
    const next = done ? '' : `"nextRecordsUrl":"/services/data/${version}/query/${id}-${to}",`;
    return `{"totalSize":${rows.length},"done":${done},${next}"records":[${records.join(',')}]}`;
  }

  #keep(id: string, cursor: Cursor): void {
    this.#cursors.set(id, cursor);
    const [oldest] = this.#cursors.keys();
    if (this.#cursors.size > MOST_CURSORS && oldest !== undefined) this.#cursors.delete(oldest);
  }
}

/** `batchSize` of a Sforce-Query-Options header, kept within Salesforce's range. */
export function batchSizeOf(header: string | string[] | undefined): number {
  const size = /batchSize\s*=\s*(\d+)/i.exec(String(header ?? ''))?.[1];
  return size === undefined ? MOST_BATCH : Math.min(Math.max(Number(size), LEAST_BATCH), MOST_BATCH);
}

function aggregateResult(
  aggregates: readonly BoundAggregate[],
  snapshot: OrgSnapshot,
  rows: Selection,
): string {
  const members = aggregates.map((item) => {
    const value = aggregate(item, snapshot, rows);
    const counts = item.call === 'COUNT' || item.call === 'COUNT_DISTINCT';
    return `${JSON.stringify(item.name)}:${counts ? value : jsonValue(value, item.field)}`;
  });
  return `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"AggregateResult"},${members.join(',')}}]}`;
}
