import { join } from 'node:path';
import type { LiveFile } from '../index.ts';
import type { EngineBench } from './engine-bench.ts';
import { writeParquet } from './parquet-file.ts';

/** Data files of a table, by short names, in the running test's folder. */
export interface DataFiles {
  pathOf(name: string): string;
  /** Where the table has it, as delete files name it. */
  locationOf(name: string): string;
  /** Writes what a query selects. `ids` are the field ids of its columns, in DuckDB's form. */
  write(name: string, select: string, ids: string): Promise<LiveFile>;
}

export function dataFiles(bench: EngineBench): DataFiles {
  const pathOf = (name: string) => join(bench.folder.data, `${name}.parquet`);
  const locationOf = (name: string) => `file:///lake/${name}`;
  return {
    pathOf,
    locationOf,
    async write(name, select, ids) {
      await writeParquet(pathOf(name), select, `, FIELD_IDS {${ids}}`);
      return { path: pathOf(name), location: locationOf(name) };
    },
  };
}
