import {
  FileNotFoundError,
  type FileScanTask,
  IcebergFormatError,
  planScan,
  readTable,
} from '@tributary/lake';
import { withLiveFiles } from '@tributary/runner';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { refusals } from '../catalog/answer-schemas.ts';
import type { Dependencies } from '../dependencies.ts';

const DEFAULT_ROWS = 100;
const MAX_ROWS = 1_000;

/** `/datasets/{id}/preview`: the first rows of a dataset's current snapshot, as XDM. */
export function registerPreview(
  routes: Routes,
  { lake, engine }: Pick<Dependencies, 'lake' | 'engine'>,
): void {
  routes.get(
    '/datasets/:id/preview',
    {
      schema: {
        summary: 'The first rows of a dataset',
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({
          limit: Type.Optional(
            Type.Integer({ minimum: 1, maximum: MAX_ROWS, description: `${DEFAULT_ROWS} where absent.` }),
          ),
        }),
        response: {
          200: Type.Object({
            data: Type.Array(Type.Unknown(), {
              description: 'Rows as XDM; what is empty is left out.',
            }),
          }),
          ...refusals,
          409: {
            ...refusals[400],
            description: 'Another engine has deleted rows by their values, which only Iceberg readers see.',
          },
        },
      },
    },
    async (request) => {
      const { limit = DEFAULT_ROWS } = request.query;
      const { id } = request.params;
      const pointer = await sandboxOf(request).store.tables.get(id);
      if (pointer === undefined) throw new Problem('notFound', `There is no dataset ${id} in this sandbox.`);
      try {
        const tasks = await firstFiles(lake, pointer.metadataLocation, limit);
        if (tasks.length === 0) return { data: [] };
        const data = await withLiveFiles(lake, tasks, (files) => engine.readRows(files, { limit }));
        return { data: [...data] };
      } catch (error) {
        return refuseUnreadable(error, id);
      }
    },
  );
}

function refuseUnreadable(error: unknown, id: string): never {
  if (error instanceof FileNotFoundError) {
    throw new Problem('notFound', `The dataset ${id} has just been deleted.`, { cause: error });
  }
  if (error instanceof IcebergFormatError) {
    throw new Problem(
      'conflict',
      `The dataset ${id} cannot be previewed: ${error.message}. Read its table with an Iceberg reader.`,
      { cause: error },
    );
  }
  throw error;
}

/** As many of the table's data files as certainly hold `rows` rows; each row is deleted once at most. */
async function firstFiles({ io }: Dependencies['lake'], metadataLocation: string, rows: number) {
  const tasks: FileScanTask[] = [];
  let found = 0;
  for await (const task of planScan(io, await readTable(io, metadataLocation))) {
    if (found >= rows) break;
    tasks.push(task);
    const deleted = task.deleteFiles.reduce((sum, { recordCount }) => sum + recordCount, 0);
    found += Math.max(0, task.dataFile.recordCount - deleted);
  }
  return tasks;
}
