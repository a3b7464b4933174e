export const CATALOG_PATH = '/data/foundation/catalog';

/** The Location of an object that was created. */
export function locationOf(list: 'dataSets' | 'batches', id: string): string {
  return `${CATALOG_PATH}/${list}/${id}`;
}
