import { documentOf } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { storedDataSet } from './data-set-document.ts';
import { dataSetFileId } from './data-set-file.ts';
import type { Collection } from './list-objects.ts';
import type { ShownObject } from './page-query.ts';
import { shownEnvelope } from './shown-data-set.ts';
import { SORTABLE_ENVELOPE, storedPathFor } from './stored-path.ts';

/** Dataset files: one for each batch that put rows into a dataset which is still there. */
export const dataSetFiles: Collection = {
  kind: 'batch',
  sortable: SORTABLE_ENVELOPE,
  storedPath: storedPathFor({
    below: ['shown'],
    computed: ['batchId', 'dataSetId', 'dataSetViewId', 'imsOrg', 'records', 'size'],
    notFiltered: [],
  }),
  isPartial: true,
  async show({ store, organization }, resources) {
    const dataSetIds = resources.flatMap((batch) => documentOf('batch', batch).dataSetId ?? []);
    const dataSets = await store.resources('dataSet').getAll(dataSetIds);
    return resources.map((batch) => {
      const dataSet = dataSets.get(documentOf('batch', batch).dataSetId ?? '');
      return dataSet && shownFile({ organization }, dataSet, batch);
    });
  },
};

function shownFile(
  { organization }: Pick<SandboxedCaller, 'organization'>,
  dataSet: Resource,
  batch: Resource,
): ShownObject | undefined {
  const { dataFiles } = documentOf('batch', batch);
  if (dataFiles.length === 0) return undefined;
  return {
    id: dataSetFileId(batch.id),
    batchId: batch.id,
    dataSetId: dataSet.id,
    dataSetViewId: storedDataSet(dataSet).viewId,
    imsOrg: organization.id,
    records: dataFiles.reduce((sum, { rows }) => sum + rows, 0),
    size: dataFiles.reduce((sum, { bytes }) => sum + bytes, 0),
    ...shownEnvelope(batch),
  };
}
