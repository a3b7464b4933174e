import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestAnswer } from '../../test-kit.ts';
import { scopedStore } from '../flow-service/tutorial.test-kit.ts';
import { type ConversionServer, mapping, setOf, startConversionServer } from './conversion.test-kit.ts';

let conversion: ConversionServer;
const call: ConversionServer['call'] = (...args) => conversion.call(...args);

beforeAll(async () => {
  conversion = await startConversionServer();
});
afterAll(() => conversion.close());

const first = mapping('a', 'personID');
const second = mapping('b', 'person.name.firstName');

describe('versions of a mapping set', () => {
  test('are kept, each with its mappings', async () => {
    const { id } = await conversion.create(first);
    await call('PUT', `/mappingSets/${id}`, { body: setOf(conversion.schemaId, second) });
    const put = await call('PUT', `/mappingSets/${id}`, { body: setOf(conversion.schemaId, first, second) });
    expect(put.body.version).toBe(3);
    const sources = async (query: string) =>
      (await call('GET', `/mappingSets/${id}${query}`)).body.mappings.map(
        ({ source }: { source: string }) => source,
      );
    expect(await sources('?version=1')).toEqual(['a']);
    expect(await sources('?version=0')).toEqual(['a']);
    expect(await sources('?version=2')).toEqual(['b']);
    expect(await sources('')).toEqual(['a', 'b']);
    expect((await call('GET', `/mappingSets/${id}/mappings?version=2`)).body).toMatchObject([
      { source: 'b' },
    ]);
  });

  test.each(['4', '1000000000000', '-1', 'x', '1.5'])('that are not there (%s) are told', async (version) => {
    const { id } = await conversion.create(first);
    const { status } = await call('GET', `/mappingSets/${id}?version=${version}`);
    expect([400, 404]).toContain(status);
  });

  test('are counted right when several change a set at once', async () => {
    const { id } = await conversion.create(first);
    const changes = Array.from({ length: 5 }, () =>
      call('PUT', `/mappingSets/${id}`, { body: setOf(conversion.schemaId, second) }),
    );
    const versions = (await Promise.all(changes)).map(({ body }) => body.version);
    expect(versions.toSorted()).toEqual([2, 3, 4, 5, 6]);
  });

  test('are not made by a change that is refused', async () => {
    const { id } = await conversion.create(first);
    const body = setOf(conversion.schemaId, mapping('a +', 'personID'));
    expect((await call('PUT', `/mappingSets/${id}`, { body })).status).toBe(400);
    expect((await call('GET', `/mappingSets/${id}`)).body).toMatchObject({
      version: 1,
      mappings: [{ source: 'a' }],
    });
  });
});

describe('a patch of a mapping set', () => {
  test('takes JSON Patch, in upper or lower case', async () => {
    const { id } = await conversion.create(first);
    const { status, body } = await call('PATCH', `/mappingSets/${id}`, {
      body: [
        { op: 'REPLACE', path: '/name', value: 'renamed' },
        { op: 'add', path: '/mappings/-', value: second },
      ],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 2, name: 'renamed', mappings: [{ source: 'a' }, { source: 'b' }] });
  });

  test('takes new values by property', async () => {
    const { id } = await conversion.create(first);
    const { body } = await call('PATCH', `/mappingSets/${id}`, {
      body: { name: 'renamed', allowNullValues: true },
    });
    expect(body).toMatchObject({ name: 'renamed', allowNullValues: true, mappings: [{ source: 'a' }] });
  });

  test.each([
    ['an unknown path', [{ op: 'remove', path: '/nothing/here' }]],
    ['an unknown operation', [{ op: 'melt', path: '/name' }]],
    ['a path into the prototype', [{ op: 'add', path: '/__proto__/polluted', value: true }]],
    ['no mappings left', [{ op: 'remove', path: '/mappings' }]],
    ['a name that is no text', [{ op: 'replace', path: '/name', value: 5 }]],
    ['a mapping that cannot be', [{ op: 'replace', path: '/mappings/0/destination', value: 'nowhere' }]],
    ['another schema, which is not there', { xdmSchema: 'https://ns.adobe.com/none' }],
    ['nothing', {}],
    ['a text', 'name'],
  ])('of %s is refused', async (_case, body) => {
    const { id } = await conversion.create(first);
    expect((await call('PATCH', `/mappingSets/${id}`, { body })).status).toBe(400);
    expect((await call('GET', `/mappingSets/${id}`)).body.version).toBe(1);
  });
});

describe('a mapping set that flows use', () => {
  /** A flow that names the set, and its version if one is given. */
  const flowOf = async (mappingId: string, mappingVersion?: string): Promise<string> => {
    const store = await scopedStore(conversion.server);
    const params = { mappingId, ...(mappingVersion === undefined ? {} : { mappingVersion }) };
    const id = randomUUID();
    await store
      .resources('flow')
      .insert(id, { transformations: [{ name: 'Mapping', params }] }, { user: 'alice', client: 'test' });
    return id;
  };

  test('is not deleted, whichever version they name, and its flows are told', async () => {
    const { id } = await conversion.create(first);
    const flows = [await flowOf(id), await flowOf(id, '1')];
    const { status, body } = await call('DELETE', `/mappingSets/${id}`);
    expect(status).toBe(409);
    expect(body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual(flows.toSorted());
    expect((await call('GET', `/mappingSets/${id}`)).status).toBe(200);
  });

  test('may go on to another schema only where they all name a version', async () => {
    const other = await conversion.schema('Other', []);
    const { id } = await conversion.create(first);
    const body = setOf(other, mapping('a', '_id'));
    await flowOf(id, '1');
    expect(await call('PUT', `/mappingSets/${id}`, { body })).toMatchObject({
      status: 200,
      body: { version: 2, xdmSchema: other },
    });
    const follower = await flowOf(id);
    const back = await call('PUT', `/mappingSets/${id}`, { body: setOf(conversion.schemaId, first) });
    expect(back).toMatchObject({ status: 400, body: { errors: [{ path: '/outputSchema/schemaRef/id' }] } });
    expect(back.body.detail).toContain(follower);
  });
});

describe('single mappings', () => {
  test('are added, changed and removed, each time with a new version of the set', async () => {
    const { id } = await conversion.create(first);
    const added = await call('POST', `/mappingSets/${id}/mappings`, { body: second });
    expect(added).toMatchObject({ status: 200, body: { source: 'b', destination: 'person.name.firstName' } });
    const path = `/mappingSets/${id}/mappings/${added.body.id}`;
    const changed = await call('PUT', path, { body: mapping('upper(c)', 'person.name.firstName') });
    expect(changed.body).toMatchObject({
      id: added.body.id,
      sourceType: 'text/x.aep-xl',
      source: 'upper(c)',
      expressionAttributes: ['c'],
    });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('GET', `${path}?version=2`)).body).toMatchObject({ source: 'b' });
    const { body } = await call('GET', `/mappingSets/${id}`);
    expect(body).toMatchObject({ version: 4, mappings: [{ source: 'a' }] });
  });

  test('keep their ids when the set is sent back', async () => {
    const made = await conversion.create(first, second);
    const { body } = await call('PUT', `/mappingSets/${made.id}`, { body: made });
    expect(body.mappings.map(({ id }: { id: string }) => id)).toEqual(
      made.mappings.map(({ id }: { id: string }) => id),
    );
  });

  test.each([
    ['onto a destination that is taken', first],
    ['that is no object', 'a'],
    ['that is nothing', null],
    ['that cannot be read', { source: 5, destination: 'personID' }],
  ])('%s are refused', async (_case, body) => {
    const { id } = await conversion.create(first);
    expect((await call('POST', `/mappingSets/${id}/mappings`, { body })).status).toBe(400);
    expect((await call('GET', `/mappingSets/${id}`)).body.version).toBe(1);
  });

  test.each(['PUT', 'DELETE', 'GET'])('that are not there are told to a %s', async (method) => {
    const { id } = await conversion.create(first);
    const body = method === 'PUT' ? { body: first } : {};
    expect((await call(method, `/mappingSets/${id}/mappings/none`, body)).status).toBe(404);
    expect((await call(method, '/mappingSets/none/mappings/none', body)).status).toBe(404);
  });
});

describe('the list', () => {
  test('is paged, with links that lead on to the end', async () => {
    const name = 'paged';
    for (let index = 0; index < 5; index += 1) {
      await call('POST', '/mappingSets', { body: { ...setOf(conversion.schemaId, first), name } });
    }
    const found: string[] = [];
    let path: string | undefined = `/mappingSets?limit=2&start=0&name=${name}&orderBy=%2BcreatedDate`;
    while (path !== undefined) {
      const { status, body }: TestAnswer = await call('GET', path);
      expect(status).toBe(200);
      found.push(...body.data.map(({ id }: { id: string }) => id));
      expect(body._page).toEqual({ count: body.data.length, limit: 2 });
      path = body._links.next?.href;
    }
    expect(new Set(found).size).toBe(5);
    const newestFirst = await call('GET', `/mappingSets?name=${name}&orderBy=-createdDate`);
    expect(newestFirst.body.data.map(({ id }: { id: string }) => id)).toEqual(found.toReversed());
  });

  test('needs neither limit nor start, and takes Python’s spelling of true', async () => {
    await conversion.create(first);
    const { body } = await call('GET', '/mappingSets?expandSchema=True&limit=1');
    expect(body.data[0].outputSchema.jsonSchema.properties).toHaveProperty('person');
    expect((await call('GET', '/mappingSets')).body.data[0].outputSchema).not.toHaveProperty('jsonSchema');
  });

  test('is narrowed by properties', async () => {
    await conversion.create(first);
    const count = async (query: string) => (await call('GET', `/mappingSets?${query}`)).body.data.length;
    const schema = encodeURIComponent(`xdmSchema==${conversion.schemaId}`);
    expect(await count(`property=${schema}&limit=1`)).toBe(1);
    expect(await count('property=status==PUBLISHED&limit=1')).toBe(1);
    expect(await count('property=status==DRAFT')).toBe(0);
    expect(await count('name=no%20such%20name')).toBe(0);
  });

  test.each([
    'limit=0',
    'limit=x',
    'start=-1',
    'orderBy=colour',
    'property=colour==red',
    'expandSchema=maybe',
  ])('?%s is refused', async (query) => {
    expect((await call('GET', `/mappingSets?${query}`)).status).toBe(400);
  });
});
