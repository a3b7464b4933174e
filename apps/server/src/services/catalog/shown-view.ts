import type { Resource } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { storedDataSet } from './data-set-document.ts';
import type { Collection } from './list-objects.ts';
import type { ShownObject } from './page-query.ts';
import { shownEnvelope } from './shown-data-set.ts';
import { SORTABLE_ENVELOPE, storedPathFor } from './stored-path.ts';

const storedPath = storedPathFor({ below: [], computed: ['imsOrg', 'status', 'files'], notFiltered: [] });

/** Views of datasets: each has one, of all its rows. */
export const dataSetViews: Collection = {
  kind: 'dataSet',
  sortable: SORTABLE_ENVELOPE,
  storedPath: (path) => {
    const [name = '', ...rest] = path;
    if (rest.length > 0) return storedPath(path);
    if (name === 'id') return ['viewId'];
    return name === 'dataSetId' ? ['id'] : storedPath(path);
  },
  show: async (caller, resources) => resources.map((dataSet) => shownView(caller, dataSet)),
};

export function shownView(
  { organization }: Pick<SandboxedCaller, 'organization'>,
  dataSet: Resource,
): ShownObject {
  const { viewId } = storedDataSet(dataSet);
  return {
    id: viewId,
    dataSetId: dataSet.id,
    imsOrg: organization.id,
    status: 'enabled',
    files: `@/dataSets/${dataSet.id}/views/${viewId}/files`,
    ...shownEnvelope(dataSet),
  };
}
