import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogBench, openCatalogBench } from './catalog.test-kit.ts';

let bench: CatalogBench;
let dataSetId = '';

beforeAll(async () => {
  bench = await openCatalogBench();
  dataSetId = await bench.createDataSet({ name: 'Target' });
});
afterAll(() => bench.close());

const related = () => [{ type: 'dataSet', id: dataSetId }];

async function shown(id: string) {
  const { body } = await bench.call('GET', `/batches/${id}`);
  return body[id];
}

describe('a batch of a client', () => {
  it('is created, kept up to date and ended by its maker', async () => {
    const created = await bench.call('POST', '/batches', {
      status: 'loading',
      relatedObjects: related(),
      inputFormat: { format: 'csv', delimiter: ';' },
    });
    expect(created.status).toBe(201);
    const [reference] = created.body;
    const id = reference.split('/').at(-1);
    expect(reference).toBe(`@/batches/${id}`);
    expect(created.headers.get('location')).toBe(`/data/foundation/catalog/batches/${id}`);
    expect(await shown(id)).toMatchObject({ status: 'loading', externalId: id, createdUser: 'alice' });

    const staged = { status: 'staged', recordCount: 12, tags: { of: ['me'] } };
    expect((await bench.call('PATCH', `/batches/${id}`, staged)).body).toEqual([reference]);
    const ended = await bench.call('PATCH', `/batches/${id}`, [
      { op: 'replace', path: '/status', value: 'failed' },
      { op: 'add', path: '/errors/-', value: { code: 'INGEST-1401-400', description: 'corrupt' } },
    ]);
    expect(ended.status).toBe(200);
    const after = await shown(id);
    expect(after).toMatchObject({ status: 'failed', recordCount: 12, version: '1.0.2' });
    expect(after.errors).toEqual([{ code: 'INGEST-1401-400', description: 'corrupt' }]);
    expect(after.completed).toBeGreaterThanOrEqual(after.started);

    const again = await bench.call('PATCH', `/batches/${id}`, { status: 'loading' });
    expect([again.status, again.body.title]).toEqual([409, 'ConflictError']);
    expect((await bench.call('DELETE', `/batches/${id}`)).body).toEqual([reference]);
    expect((await bench.call('GET', `/batches/${id}`)).status).toBe(404);
  });

  it('is replaced by PUT, but for when it began', async () => {
    await bench.call('POST', '/batches/mine', { status: 'queued', started: 5, tags: { a: ['1'] } });
    await bench.call('PUT', '/batches/mine', { status: 'loading', externalId: 'theirs' });
    expect(await shown('mine')).toMatchObject({
      status: 'loading',
      started: 5,
      externalId: 'theirs',
      tags: {},
    });
    expect((await bench.call('GET', '/batches?externalId=theirs')).body).toHaveProperty('mine');
  });

  it('has an id of its own, also when two take it at once', async () => {
    const answers = await Promise.all(
      [1, 2].map(() => bench.call('POST', '/batches/twice', { status: 'loading' })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });
});

describe('a batch of a flow run', () => {
  beforeAll(() => bench.addBatch('01RUN', dataSetId));

  it.each([
    ['PATCH', { status: 'failed' }],
    ['PATCH', [{ op: 'replace', path: '/recordCount', value: 0 }]],
    ['PUT', { status: 'success' }],
    ['DELETE', undefined],
  ])('is not changed by %s %j', async (method, body) => {
    const before = await shown('01RUN');
    const answer = await bench.call(method, '/batches/01RUN', body);
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('flow run')]);
    expect(await shown('01RUN')).toEqual(before);
  });

  it('takes tags beside those of its run', async () => {
    expect((await bench.call('PATCH', '/batches/01RUN', { tags: { seen: ['yes'] } })).status).toBe(200);
    expect((await shown('01RUN')).tags).toEqual({
      seen: ['yes'],
      flowId: ['flow'],
      runId: ['run'],
      batchId: ['01RUN'],
    });
  });

  it('that failed leads to the rows that did not land', async () => {
    await bench.addBatch('01BAD', dataSetId, {
      shown: {
        externalId: '01BAD',
        status: 'failed',
        started: 1,
        relatedObjects: related(),
        errors: [],
        metrics: {},
        tags: {},
        inputFormat: {},
      },
      dataFiles: [],
      diagnosticsFiles: ['/nowhere/conversion_errors_0.json'],
    });
    const { failedBatchLocation } = await shown('01BAD');
    const answer = await fetch(failedBatchLocation, { headers: bench.server.headers });
    expect(await answer.json()).toMatchObject({ data: [{ name: 'conversion_errors_0.json' }] });
  });
});

describe('what is wrong with a batch is said, and nothing changes', () => {
  it.each<[string, string, string, unknown, number, string]>([
    ['no status', 'POST', '/batches', {}, 400, 'status'],
    ['an unknown status', 'POST', '/batches', { status: 'splendid' }, 400, 'status'],
    ['a claim to have landed', 'POST', '/batches', { status: 'success' }, 400, 'status'],
    [
      'an unknown dataset',
      'POST',
      '/batches',
      { status: 'loading', relatedObjects: [{ type: 'dataSet', id: '0' }] },
      400,
      'dataset 0',
    ],
    ['a count below zero', 'POST', '/batches', { status: 'loading', recordCount: -1 }, 400, 'recordCount'],
    [
      'an unknown format',
      'POST',
      '/batches',
      { status: 'loading', inputFormat: { format: 'xls' } },
      400,
      'format',
    ],
    ['an id that is no id', 'POST', '/batches/a%20b', { status: 'loading' }, 400, 'id'],
    ['an unknown batch', 'PATCH', '/batches/unknown', { status: 'failed' }, 404, 'unknown'],
    ['an unknown batch to delete', 'DELETE', '/batches/unknown', undefined, 404, 'unknown'],
    [
      'a change of its id',
      'PATCH',
      '/batches/steady',
      [{ op: 'replace', path: '/id', value: 'x' }],
      400,
      'id',
    ],
    ['a patch of all', 'PATCH', '/batches/steady', [{ op: 'replace', path: '', value: {} }], 400, 'root'],
    ['no status by patch', 'PATCH', '/batches/steady', [{ op: 'remove', path: '/status' }], 400, 'status'],
    [
      'a dataset that is gone',
      'PATCH',
      '/batches/steady',
      { relatedObjects: [{ type: 'dataSet', id: '1' }] },
      400,
      '1',
    ],
  ])('%s', async (_name, method, path, body, status, said) => {
    await bench.call('POST', '/batches/steady', { status: 'loading' });
    const before = await bench.call('GET', '/batches?limit=100');
    const answer = await bench.call(method, path, body);
    expect([answer.status, answer.body.status]).toEqual([status, status]);
    expect(answer.body.detail).toContain(said);
    expect((await bench.call('GET', '/batches?limit=100')).body).toEqual(before.body);
  });

  it('a version that it no longer has', async () => {
    await bench.call('POST', '/batches/versioned', { status: 'loading' });
    await bench.call('PATCH', '/batches/versioned', { size: 1 });
    const late = await bench.call('PATCH', '/batches/versioned', { size: 2 }, { 'if-match': '1.0.0' });
    expect([late.status, (await shown('versioned')).size]).toEqual([412, 1]);
  });
});
