import { documentOf } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { refusals } from '../catalog/answer-schemas.ts';
import { storedDataSet } from '../catalog/data-set-document.ts';
import { dataSetFileId } from '../catalog/data-set-file.ts';
import { shownEnvelope } from '../catalog/shown-data-set.ts';
import type { Dependencies } from '../dependencies.ts';
import { DataSetFilePage, FileOrPage, pageOf, pageParameters, shownFile, urlOf } from './file-page.ts';
import { sampleRows } from './row-samples.ts';
import { servedBatch } from './served-batch.ts';
import { diagnosticsFile, GONE, requireFile, type StoredFile, sendFile } from './stored-file.ts';

const IdParameter = Type.Object({ batchId: Type.String() });
const PathQuery = Type.Object({
  ...pageParameters,
  path: Type.Optional(
    Type.String({ maxLength: 2_000, description: 'The name of a file, to get its content.' }),
  ),
});

const Diagnostics = {
  description:
    'A list of files, the content of one, or with a sample’s name some of the rows that did not land.',
  content: {
    'application/json': { schema: Type.Unknown() },
    'application/octet-stream': { schema: Type.String({ format: 'binary' }) },
  },
};

/** The files of a batch: what landed, and what did not. */
export function registerBatchFiles(routes: Routes, { runFiles }: Pick<Dependencies, 'runFiles'>): void {
  const rowErrorFiles = (batch: Resource): readonly StoredFile[] =>
    documentOf('batch', batch).diagnosticsFiles.map((name) => diagnosticsFile(runFiles.diagnostics, name));

  routes.get(
    '/batches/:batchId/files',
    {
      schema: {
        summary: 'The dataset files of a batch',
        params: IdParameter,
        querystring: Type.Object(pageParameters),
        response: { 200: DataSetFilePage, ...refusals },
      },
    },
    async (request) => {
      const { store } = sandboxOf(request);
      const batch = await servedBatch(store, request.params.batchId);
      const landed = documentOf('batch', batch).dataFiles.length > 0 ? [batch] : [];
      return pageOf(request, landed, request.query, (landedBatch) =>
        shownDataSetFile(request, store, landedBatch),
      );
    },
  );

  routes.get(
    '/batches/:batchId/failed',
    {
      schema: {
        summary: 'The files with the rows of a batch that did not land, or with `path` the content of one',
        params: IdParameter,
        querystring: PathQuery,
        response: { ...FileOrPage, ...refusals, 410: GONE },
      },
    },
    async (request, reply) => {
      const files = rowErrorFiles(await servedBatch(sandboxOf(request).store, request.params.batchId));
      const { path } = request.query;
      if (path !== undefined) return sendFile(request, reply, requireFile(files, path));
      return pageOf(request, files, request.query, (file) =>
        shownFile(file, urlOf(request, { path: file.name })),
      );
    },
  );

  routes.get(
    '/batches/:batchId/meta',
    {
      schema: {
        summary: 'Diagnostics of a batch: `row_errors`, a file in it, or `row_error_samples.json`',
        params: IdParameter,
        querystring: PathQuery,
        response: { ...FileOrPage, 200: Diagnostics, ...refusals, 410: GONE },
      },
    },
    async (request, reply) => {
      const files = rowErrorFiles(await servedBatch(sandboxOf(request).store, request.params.batchId));
      return answerMeta(request, reply, files, request.query);
    },
  );
}

const ROW_ERRORS = 'row_errors';
/** Both spellings are documented. */
const SAMPLES: readonly string[] = ['row_error_samples.json', 'row_errors_sample.json'];

async function answerMeta(
  request: FastifyRequest,
  reply: FastifyReply,
  files: readonly StoredFile[],
  query: Static<typeof PathQuery>,
) {
  const path = query.path?.replace(/\/$/, '');
  if (path === undefined || path === '') {
    const entries = files.length === 0 ? [] : [ROW_ERRORS, ...SAMPLES.slice(0, 1)];
    return pageOf(request, entries, query, (name) => ({
      name,
      _links: { self: { href: urlOf(request, { path: name }).href } },
    }));
  }
  if (path === ROW_ERRORS) {
    return pageOf(request, files, query, (file) =>
      shownFile(file, urlOf(request, { path: `${ROW_ERRORS}/${file.name}` })),
    );
  }
  if (SAMPLES.includes(path)) return sampleRows(files);
  const name = path.startsWith(`${ROW_ERRORS}/`) ? path.slice(ROW_ERRORS.length + 1) : '';
  return sendFile(request, reply, name === '' ? requireFile([], path) : requireFile(files, name));
}

async function shownDataSetFile(request: FastifyRequest, store: ScopedStore, batch: Resource) {
  const { dataFiles, dataSetId } = documentOf('batch', batch);
  const dataSet = dataSetId === undefined ? undefined : await store.resources('dataSet').get(dataSetId);
  const fileId = dataSetFileId(batch.id);
  const { version, created, updated } = shownEnvelope(batch);
  const self = new URL(`../../files/${encodeURIComponent(fileId)}`, urlOf(request, {}));
  return {
    dataSetFileId: fileId,
    ...(dataSet && { dataSetViewId: storedDataSet(dataSet).viewId }),
    version,
    created: String(created),
    updated: String(updated),
    records: String(dataFiles.reduce((sum, { rows }) => sum + rows, 0)),
    size: String(dataFiles.reduce((sum, { bytes }) => sum + bytes, 0)),
    isValid: true,
    _links: { self: { href: self.href } },
  };
}
