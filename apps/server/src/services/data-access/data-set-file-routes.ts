import { documentOf, type Lake } from '@tributary/runner';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { refusals } from '../catalog/answer-schemas.ts';
import { batchIdOf } from '../catalog/data-set-file.ts';
import type { Dependencies } from '../dependencies.ts';
import { FileOrPage, pageOf, pageParameters, shownFile, urlOf } from './file-page.ts';
import { servedBatch } from './served-batch.ts';
import { GONE, lakeFile, requireFile, type StoredFile, sendFile } from './stored-file.ts';

const IdParameter = Type.Object({ id: Type.String({ description: 'A `dataSetFileId`.' }) });

/** `/files/{dataSetFileId}`: the data files of a batch, and the content of each. */
export function registerDataSetFiles(routes: Routes, { lake }: Pick<Dependencies, 'lake'>): void {
  // Before the GET, so that it stands in place of the HEAD that comes with one.
  routes.head(
    '/files/:id',
    {
      schema: {
        summary: 'The headers of a data file',
        params: IdParameter,
        querystring: Type.Object({ path: Type.String({ maxLength: 2_000 }) }),
      },
    },
    async (request, reply) => {
      const files = await filesOf(lake, request, request.params.id);
      return sendFile(request, reply, requireFile(files, request.query.path));
    },
  );

  routes.get(
    '/files/:id',
    {
      schema: {
        summary: 'The data files of a dataset file, or with `path` the content of one',
        params: IdParameter,
        querystring: Type.Object({
          ...pageParameters,
          path: Type.Optional(Type.String({ maxLength: 2_000, description: 'The name of a data file.' })),
        }),
        headers: Type.Object({
          range: Type.Optional(Type.String({ description: 'Such as `bytes=0-100000`; with `path`.' })),
        }),
        response: {
          ...FileOrPage,
          ...refusals,
          410: GONE,
          416: { ...refusals[400], description: 'The file has no such bytes.' },
        },
      },
    },
    async (request, reply) => {
      const { path } = request.query;
      const files = await filesOf(lake, request, request.params.id);
      if (path !== undefined) return sendFile(request, reply, requireFile(files, path));
      return pageOf(request, files, request.query, (file) =>
        shownFile(file, urlOf(request, { path: file.name })),
      );
    },
  );
}

async function filesOf(
  { io }: Lake,
  request: FastifyRequest,
  fileId: string,
): Promise<readonly StoredFile[]> {
  const batchId = batchIdOf(fileId);
  if (batchId === undefined) {
    throw new Problem('notFound', `There is no dataset file ${fileId} in this sandbox.`);
  }
  const batch = await servedBatch(sandboxOf(request).store, batchId);
  return documentOf('batch', batch).dataFiles.map(({ path }) => lakeFile(io, path));
}
