import type { Dependencies } from '../dependencies.ts';
import type { LakeTables } from './lake-tables.ts';

/** What the Catalog's routes work with. */
export interface CatalogDependencies extends Pick<Dependencies, 'store' | 'lake' | 'runFiles'> {
  readonly tables: LakeTables;
}
