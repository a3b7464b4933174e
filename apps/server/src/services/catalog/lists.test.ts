import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogBench, openCatalogBench } from './catalog.test-kit.ts';

let bench: CatalogBench;

beforeAll(async () => {
  bench = await openCatalogBench();
});
afterAll(() => bench.close());

describe('lists of datasets', () => {
  beforeAll(async () => {
    await bench.createDataSet({
      name: 'Loyalty Members',
      tags: { unifiedProfile: ['enabled:true', 'isUpsert:true'], team: ['crm'], 'a:b': ['c'] },
    });
    await bench.createDataSet({ name: 'Loyalty', description: 'points', tags: { team: ['crm', 'web'] } });
    const changed = await bench.createDataSet({ name: 'orders', enableErrorDiagnostics: true });
    for (const description of ['one', 'two']) {
      await bench.call('PATCH', `/dataSets/${changed}`, { description });
    }
  });

  const names = async (query: string) => {
    const { status, body } = await bench.call('GET', `/dataSets?${query}`);
    expect(status).toBe(200);
    return Object.values<{ name: string }>(body).map(({ name }) => name);
  };

  it.each([
    ['orderBy=name', ['Loyalty', 'Loyalty Members', 'orders']],
    ['orderBy=description,desc:name', ['Loyalty Members', 'Loyalty', 'orders']],
    ['orderBy=asc:createdUser,desc:created&limit=2', ['orders', 'Loyalty']],
    ['orderBy=desc:version,name', ['orders', 'Loyalty', 'Loyalty Members']],
    ['name=Loyalty', ['Loyalty']],
    ['name=!Loyalty&orderBy=name', ['Loyalty Members', 'orders']],
    ['name=*oy*&orderBy=name', ['Loyalty', 'Loyalty Members']],
    ['name=LOYALTY*', []],
    ['name=orders,Loyalty&orderBy=name&start=1', ['orders']],
    ['name=!orders,Loyalty', ['Loyalty Members']],
    ['description=points', ['Loyalty']],
    ['enableErrorDiagnostics=true', ['orders']],
    ['version=1.0.2', ['orders']],
    ['property=version>1.0.1', ['orders']],
    ['property=version<1.0.1&orderBy=name', ['Loyalty', 'Loyalty Members']],
    ['property=name~^Loyal.*s$', ['Loyalty Members']],
    ['property=name~(Mem|ord)&orderBy=name', ['Loyalty Members', 'orders']],
    ['property=name~^Loyalty$', ['Loyalty']],
    ['property=name==Loyalty*&orderBy=desc:name', ['Loyalty Members', 'Loyalty']],
    ['property=name!=Loyalty*', ['orders']],
    ['property=description&orderBy=name', ['Loyalty', 'orders']],
    ['property=!description', ['Loyalty Members']],
    ['property=description&property=name!=orders', ['Loyalty']],
    ['property=imsOrg==ACME@AdobeOrg&limit=1&orderBy=name', ['Loyalty']],
    ['property=created>1000000000000&property=name==orders', ['orders']],
    ['tags=unifiedProfile:enabled:true', ['Loyalty Members']],
    ['tags=unifiedProfile:*', ['Loyalty Members']],
    ['tags=a:b:c', ['Loyalty Members']],
    ['tags=team:crm&orderBy=name', ['Loyalty', 'Loyalty Members']],
    ['tags=team:crm,team:w*', ['Loyalty']],
    ['tags=team:nobody', []],
    ['createdAfter=1000', ['orders', 'Loyalty', 'Loyalty Members']],
    ['updatedBefore=1000', []],
    ['state=DRAFT&limit=1&start=2&orderBy=name', ['orders']],
  ])('%s', async (query, expected) => {
    expect(await names(query.replaceAll('>', '%3E').replaceAll('<', '%3C'))).toEqual(expected);
  });

  it('are found by schema', async () => {
    expect(await names(`schemaRef=${encodeURIComponent(bench.schemaId)}`)).toHaveLength(3);
    expect(await names('schemaRef=https://ns.adobe.com/other')).toEqual([]);
  });

  it('take their page from headers, and before those from parameters', async () => {
    const byHeader = await bench.call('GET', '/dataSets?orderBy=name', undefined, { limit: '1', start: '1' });
    expect(Object.values<{ name: string }>(byHeader.body).map(({ name }) => name)).toEqual([
      'Loyalty Members',
    ]);
    const both = await bench.call('GET', '/dataSets?limit=3', undefined, { limit: '1' });
    expect(Object.keys(both.body)).toHaveLength(3);
  });

  it('are answered page by page, each dataset once, whatever is asked of them', async () => {
    for (const condition of ['', '&name=*o*', '&property=!nothing']) {
      const pages = [];
      for (const start of [0, 1, 2, 3]) {
        const query = `orderBy=createdUser,name&limit=1&start=${start}${condition}`;
        pages.push(await names(query));
      }
      expect(pages).toEqual([['Loyalty'], ['Loyalty Members'], ['orders'], []]);
    }
  });

  it('look several up by their ids', async () => {
    const { body } = await bench.call('GET', '/dataSets?limit=2');
    const ids = Object.keys(body);
    const several = await bench.call('GET', `/dataSets/${ids.join(',')},0?properties=name`);
    expect([several.status, Object.keys(several.body)]).toEqual([200, ids]);
    expect((await bench.call('GET', '/dataSets/0,1')).status).toBe(404);
  });
});

describe('batches', () => {
  beforeAll(async () => {
    for (const [id, status, count] of [
      ['B1', 'loading', 9],
      ['B2', 'failed', 10],
      ['B3', 'failed', 9],
    ] as const) {
      await bench.call('POST', `/batches/${id}`, { status, recordCount: count, tags: { of: [id] } });
    }
  });

  const ids = async (query: string) =>
    Object.keys((await bench.call('GET', `/batches?${query}`)).body).toSorted();

  it.each([
    ['status=failed,loading', ['B1', 'B2', 'B3']],
    ['status=!failed', ['B1']],
    ['recordCount=9&status=failed', ['B3']],
    ['recordCount=9,10&status=failed', ['B2', 'B3']],
    ['tags=of:B2', ['B2']],
    ['tags=of:*&batch=B1', ['B1']],
    ['property=status~^fail&property=externalId==B2', ['B2']],
    ['property=recordCount%3E9', ['B2']],
    ['version=1.0.0&batch=B1,B2', ['B1', 'B2']],
  ])('are listed by %s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  it.each([
    ['recordCount,desc:externalId', ['B3', 'B1', 'B2']],
    ['desc:recordCount,externalId', ['B2', 'B1', 'B3']],
    ['size,version,externalId', ['B1', 'B2', 'B3']],
  ])('are in the order of numbers by %s', async (orderBy, expected) => {
    const { body } = await bench.call('GET', `/batches?orderBy=${orderBy}&batch=B1,B2,B3`);
    expect(Object.keys(body)).toEqual(expected);
  });

  it.each([
    ['status', '', ['loading', 'failed']],
    ['status', 'batch=B2,B3', ['failed']],
    ['externalId', 'status=failed', ['B3', 'B2']],
    ['externalId', 'status=failed&limit=1&start=1', ['B2']],
    ['recordCount', '', ['9', '10']],
    ['completed', 'batch=B1', []],
  ])('have each value of %s once (%s)', async (field, query, expected) => {
    const { status, body } = await bench.call('GET', `/batches/uniques/${field}?${query}`);
    expect([status, body]).toEqual([200, expected]);
  });

  it('have no unique values of what is no field of theirs', async () => {
    const answer = await bench.call('GET', '/batches/uniques/errors');
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('status')]);
  });
});

describe('what a list cannot do is refused', () => {
  it.each([
    ['/dataSets?limit=0', 'limit'],
    ['/dataSets?limit=101', 'limit'],
    ['/dataSets?orderBy=nothing', 'orderBy'],
    ['/dataSets?orderBy=up:name', 'orderBy'],
    ['/dataSets?property=lastBatchStatus==failed', 'lastBatchStatus'],
    ['/dataSets?property=name~(a', 'expression'],
    ['/dataSets?created=today', 'created'],
    ['/batches?createdAfter=today', 'createdAfter'],
    ['/batches?size=big', 'size'],
    ['/dataSetFiles?limit=-1', 'limit'],
    ['/dataSetViews?start=x', 'start'],
    ['/lastBatches?orderBy=nothing', 'orderBy'],
  ])('%s', async (path, said) => {
    const answer = await bench.call('GET', path);
    expect([answer.status, answer.body.title]).toEqual([400, 'BadRequestError']);
    expect(answer.body.detail).toContain(said);
  });

  it('a limit in a header as well', async () => {
    expect((await bench.call('GET', '/batches', undefined, { limit: 'x' })).status).toBe(400);
  });
});

describe('the newest batches of datasets', () => {
  it('stand in every list of them', async () => {
    const id = await bench.createDataSet({ name: 'Listed' });
    const never = await bench.createDataSet({ name: 'Listed, never loaded' });
    const shownAs = (status: 'success' | 'failed') => ({
      shown: {
        externalId: 'x',
        status,
        started: 1,
        relatedObjects: [{ type: 'dataSet', id }],
        errors: [],
        metrics: {},
        tags: {},
        inputFormat: { format: 'parquet' as const },
      },
    });
    await bench.addBatch('01LISTED1', id, shownAs('success'));
    await bench.addBatch('01LISTED2', id, shownAs('success'));
    await bench.addBatch('01LISTED3', id, shownAs('failed'));
    const { body } = await bench.call('GET', '/dataSets?name=Listed*');
    expect(body[id]).toMatchObject({
      lastBatchId: '01LISTED3',
      lastBatchStatus: 'failed',
      lastSuccessfulBatch: '01LISTED2',
      lastFailedBatch: '01LISTED3',
    });
    expect(body[never]).not.toHaveProperty('lastBatchId');
    for (const listed of [id, never]) await bench.call('DELETE', `/dataSets/${listed}`);
  });
});
