import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogBench, openCatalogBench } from './catalog.test-kit.ts';

let bench: CatalogBench;

beforeAll(async () => {
  bench = await openCatalogBench();
});
afterAll(() => bench.close());

const dataSetNames = async () => {
  const { body } = await bench.call('GET', '/dataSets?limit=100&orderBy=name');
  return Object.values<{ name: string }>(body).map(({ name }) => name);
};

async function filesInLake(): Promise<number> {
  const { lake } = bench.server.dependencies;
  const root = lake.tableLocation(bench.store.scope, 'x').replace(/\/x$/, '');
  let files = 0;
  for await (const _file of lake.io.list(root)) files++;
  return files;
}

describe('several requests in one', () => {
  it('are carried out in order, and later ones refer to earlier ones', async () => {
    const { status, body } = await bench.call('POST', '/', [
      {
        id: 'first',
        resource: '/dataSets',
        method: 'post',
        body: { name: 'Bulk', schemaRef: bench.schemaRef },
      },
      {
        id: '2',
        resource: '/batches',
        method: 'POST',
        body: { status: 'loading', relatedObjects: [{ type: 'dataSet', id: '<<first.id>>' }] },
      },
      {
        id: 'patched',
        resource: '/dataSets/<<first.id>>',
        method: 'PATCH',
        headers: { 'if-match': '1.0.0' },
        body: { description: 'batch <<2>>' },
      },
      { resource: '/dataSets/<<first>>?properties=description', method: 'GET' },
      { id: 'missing', resource: '/dataSets/0', method: 'GET' },
    ]);
    expect(status).toBe(200);
    const id = body[0].body[0].split('/').at(-1);
    const batchId = body[1].body[0].split('/').at(-1);
    expect(body).toEqual([
      { id: 'first', code: 201, body: [`@/dataSets/${id}`] },
      { id: '2', code: 201, body: [`@/batches/${batchId}`] },
      { id: 'patched', code: 200, body: [`@/dataSets/${id}`] },
      { code: 200, body: { [id]: { description: `batch ${batchId}` } } },
      { id: 'missing', code: 404, body: expect.objectContaining({ title: 'NotFoundError' }) },
    ]);
    expect(await dataSetNames()).toContain('Bulk');
  });

  it('change nothing when one change fails, neither in the store nor in the lake', async () => {
    const doomed = await bench.createDataSet({ name: 'Survivor' });
    const before = { names: await dataSetNames(), files: await filesInLake() };
    const { status, body } = await bench.call('POST', '/', [
      { resource: '/dataSets', method: 'POST', body: { name: 'Never', schemaRef: bench.schemaRef } },
      { resource: `/dataSets/${doomed}`, method: 'DELETE' },
      { id: 'bad', resource: '/dataSets', method: 'POST', body: { name: 'No schema' } },
    ]);
    expect([status, body.title]).toEqual([400, 'BadRequestError']);
    expect(body.detail).toContain('bad (POST /dataSets)');
    expect(body.errors).toMatchObject([{ path: '/2' }]);
    expect({ names: await dataSetNames(), files: await filesInLake() }).toEqual(before);
  });

  it('remove the files of a deleted dataset once all has been carried out', async () => {
    const id = await bench.createDataSet({ name: 'Bulk deleted' });
    const before = await filesInLake();
    const { status } = await bench.call('POST', '/', [{ resource: `/dataSets/${id}`, method: 'DELETE' }]);
    expect([status, await filesInLake()]).toEqual([200, before - 1]);
  });

  it('are refused where a path or a parameter holds a NUL, as by themselves', async () => {
    for (const resource of ['/dataSets/a%00b', '/dataSets?name=%00']) {
      const { status, body } = await bench.call('POST', '/', [{ resource, method: 'GET' }]);
      expect([status, body[0].code, body[0].body.detail]).toEqual([200, 400, expect.stringContaining('NUL')]);
    }
  });

  it('stay in the sandbox of their caller', async () => {
    const id = await bench.createDataSet({ name: 'Of prod' });
    const answer = await bench.server.call('POST', '/data/foundation/catalog', {
      sandbox: 'dev',
      body: [
        { resource: `/dataSets/${id}`, method: 'GET', headers: { 'x-sandbox-name': 'prod' } },
        { resource: '/dataSets', method: 'GET' },
      ],
    });
    expect(answer.body).toMatchObject([{ code: 404 }, { code: 200, body: {} }]);
  });

  it('run beside other requests', async () => {
    const bulk = (name: string) =>
      bench.call('POST', '/', [
        { resource: '/dataSets', method: 'POST', body: { name, schemaRef: bench.schemaRef } },
        { resource: '/dataSets', method: 'GET' },
      ]);
    const answers = await Promise.all([bulk('A'), bulk('B'), bench.call('GET', '/dataSets'), bulk('C')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it.each<[string, unknown, string]>([
    ['no list', { resource: '/dataSets', method: 'GET' }, 'array'],
    ['none', [], '1 items'],
    ['an unknown method', [{ resource: '/dataSets', method: 'TRACE' }], 'method'],
    ['a whole URL', [{ resource: 'https://example.com/dataSets', method: 'GET' }], 'resource'],
    ['another host', [{ resource: '//example.com/dataSets', method: 'GET' }], 'resource'],
    ['itself', [{ resource: '/', method: 'POST', body: [] }], 'resource'],
    ['a reference to a later one', [{ resource: '/dataSets/<<later.id>>', method: 'GET' }], 'later'],
    ['too many', Array.from({ length: 101 }, () => ({ resource: '/dataSets', method: 'GET' })), '100'],
  ])('are not carried out for %s', async (_name, body, said) => {
    const answer = await bench.call('POST', '/', body);
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining(said)]);
  });

  it('tell of a path that is not there', async () => {
    const { status, body } = await bench.call('POST', '/', [{ resource: '/nowhere', method: 'DELETE' }]);
    expect([status, body.detail]).toEqual([404, expect.stringContaining('/nowhere')]);
  });
});

describe('the root', () => {
  it('leads to the lists', async () => {
    const { body } = await bench.call('GET', '/');
    for (const reference of Object.values<string>(body)) {
      expect((await bench.call('GET', reference.slice(1))).status).toBe(200);
    }
  });
});

describe('a tag', () => {
  it('is shown with its values and the objects that have it, also by a name with slashes', async () => {
    const id = await bench.createDataSet({ name: 'Tagged', tags: { 'team/name': ['b', 'a'] } });
    await bench.call('POST', '/batches/tagged', { status: 'loading', tags: { 'team/name': ['c', 'a'] } });
    const expected = {
      objectType: { dataSets: [`@/dataSets/${id}`], batches: ['@/batches/tagged'] },
      'team/name': ['a', 'b', 'c'],
    };
    expect((await bench.call('GET', '/tags/team/name')).body).toEqual(expected);
    expect((await bench.call('GET', '/tags/team%2Fname')).body).toEqual(expected);
    expect((await bench.call('GET', '/tags/nothing')).status).toBe(404);
  });
});
