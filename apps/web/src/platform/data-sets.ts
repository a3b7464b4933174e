import { isObject, listAt, textAt, valueAt } from '../json.ts';
import { type DataSet, parseDataSet, type Row, required } from './answers.ts';
import { flowServiceOf, resourceOf } from './flow-service.ts';
import type { Call } from './http.ts';
import type { Memory } from './memory.ts';
import { parseRejectedRow, type RejectedRow } from './rejected-rows.ts';

const EXPORT = '/data/foundation/export';

/** Where rows land, and those that did not. */
export interface DataSets {
  idOf(targetConnectionId: string): Promise<string>;
  get(id: string): Promise<DataSet>;
  firstRows(id: string, limit: number): Promise<readonly Row[]>;
  /** Some of the rows of a batch that did not land, with the reasons of each. */
  rejectedRows(batchId: string): Promise<readonly RejectedRow[]>;
}

export function createDataSets(call: Call, remember: Memory): DataSets {
  return {
    idOf: (targetConnectionId) =>
      remember(`target ${targetConnectionId}`, async () => {
        const target = await resourceOf(flowServiceOf(call), 'targetConnections', targetConnectionId);
        return required(textAt(target, 'params', 'dataSetId'), 'dataset id');
      }),
    async get(id) {
      const answer = await call(`/data/foundation/catalog/dataSets/${encodeURIComponent(id)}`);
      return parseDataSet(id, valueAt(answer, id));
    },
    async firstRows(id, limit) {
      const path = `${EXPORT}/datasets/${encodeURIComponent(id)}/preview?limit=${limit}`;
      return listAt(await call(path), 'data').filter(isObject);
    },
    async rejectedRows(batchId) {
      const path = `${EXPORT}/batches/${encodeURIComponent(batchId)}/meta?path=row_error_samples.json`;
      return listAt(await call(path)).map(parseRejectedRow);
    },
  };
}
