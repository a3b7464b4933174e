import { currentDataFiles, FileNotFoundError, IcebergFormatError, readTable } from '@tributary/lake';
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
            description: 'Another engine has deleted rows, which only Iceberg readers see.',
          },
        },
      },
    },
    async (request) => {
      const { limit = DEFAULT_ROWS } = request.query;
      const { id } = request.params;
      const pointer = await sandboxOf(request).store.tables.get(id);
      if (pointer === undefined) throw new Problem('notFound', `There is no dataset ${id} in this sandbox.`);
      const files = await firstFiles(lake, pointer.metadataLocation, limit).catch((error: unknown) =>
        refuseUnreadable(error, id),
      );
      return { data: files.length === 0 ? [] : [...(await engine.readRows(files, { limit }))] };
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

/** As many of the current data files as hold `rows` rows. */
async function firstFiles({ io }: Dependencies['lake'], metadataLocation: string, rows: number) {
  const files: { path: string }[] = [];
  let found = 0;
  for await (const file of currentDataFiles(io, await readTable(io, metadataLocation))) {
    if (found >= rows) break;
    files.push({ path: io.pathOf(file.filePath) });
    found += file.recordCount;
  }
  return files;
}
