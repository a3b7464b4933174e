import { randomUUID } from 'node:crypto';
import type { FieldDefinition, OrgSnapshot } from '../definitions.ts';
import type { Org } from '../org.ts';
import { compileJsonRow, jsonValue } from '../render.ts';
import { type BoundAggregate, bindSoql } from '../soql/bind.ts';
import { aggregate, type Selection, selectRows } from '../soql/select.ts';
import { restDatetime } from '../timestamps.ts';
import { ApiError } from './errors.ts';

/** The range of `Sforce-Query-Options: batchSize` (REST API Developer Guide, Query Options Header). */
const LEAST_BATCH = 200;
const MOST_BATCH = 2000;
/** Cursors kept open; the oldest are forgotten, as an org does. */
const MOST_CURSORS = 200;

interface Cursor {
  readonly snapshot: OrgSnapshot;
  readonly fields: readonly FieldDefinition[];
  readonly rows: Selection;
  readonly batchSize: number;
}

/** Answers `query` and `queryAll`, page by page. */
export class Queries {
  readonly #org: Org;
  readonly #cursors = new Map<string, Cursor>();

  constructor(org: Org) {
    this.#org = org;
  }

  /** The first page, as JSON text; members stand in Salesforce's order. */
  run(soql: string, version: string, options: { includeDeleted: boolean; batchSize: number }): string {
    const query = bindSoql(soql);
    const snapshot = this.#org.table(query.object.name).snapshot();
    const rows = selectRows(query, snapshot, options.includeDeleted);
    const { select } = query;
    if (select.kind === 'count') return `{"totalSize":${rows.length},"done":true,"records":[]}`;
    if (select.kind === 'aggregates') return aggregateResult(select.aggregates, snapshot, rows);
    const cursor = { snapshot, rows, fields: select.fields, batchSize: options.batchSize };
    return this.#page(`01g${randomUUID().replaceAll('-', '').slice(0, 15)}`, cursor, 0, version);
  }

  /** A later page by its locator, `{cursor}-{position}`. */
  more(locator: string, version: string): string {
    const [, id = '', position = ''] = /^(\w{15,18})-(\d+)$/.exec(locator) ?? [];
    const cursor = this.#cursors.get(id);
    if (cursor === undefined || Number(position) >= cursor.rows.length) {
      throw new ApiError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
    }
    return this.#page(id, cursor, Number(position), version);
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
