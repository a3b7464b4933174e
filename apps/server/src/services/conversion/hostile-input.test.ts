import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostileIds } from '../../hostile-ids.test-kit.ts';
import { type ConversionServer, mapping, setOf, startConversionServer } from './conversion.test-kit.ts';

let conversion: ConversionServer;
let setId: string;
let mappingId: string;
beforeAll(async () => {
  conversion = await startConversionServer();
  const made = await conversion.create(mapping('a', 'personID'));
  setId = made.id;
  mappingId = made.mappings[0].id;
});
afterAll(() => conversion.close());

describe.each(['/mappingSets/ID', '/mappingSets/ID/mappings', '/mappingSets/ID/mappings/ID'])(
  '%s',
  (path) => {
    test.each(hostileIds)('answers 4xx for the id %s', async (id) => {
      for (const method of ['GET', 'DELETE', 'PUT', 'PATCH']) {
        const body = method === 'GET' || method === 'DELETE' ? {} : { body: setOf(conversion.schemaId) };
        const { status } = await conversion.call(method, path.replaceAll('ID', id), body);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    });
  },
);

test.each([
  ['lists', (value: unknown) => [value], '[0]'],
  ['objects', (value: unknown) => ({ a: value }), '.a'],
])('previews rows of %s that are nested as deep as a body may be', async (_what, around, step) => {
  const levels = 90;
  const value = Array.from({ length: levels }).reduce<unknown>(around, 'Ada');
  const source = `x${step.repeat(levels)}`;
  const mappings = [
    mapping('id', '_id'),
    { ...mapping(source, 'person.name.firstName'), sourceType: 'text/x.aep-xl' },
  ];
  const body = { data: [{ id: '1', x: value }], mappingSet: setOf(conversion.schemaId, ...mappings) };
  const answer = await conversion.call('POST', '/mappingSets/preview', { body });
  expect(answer.body).toEqual([{ data: { _id: '1', person: { name: { firstName: 'Ada' } } }, errors: null }]);
});

const hostileValues = [
  '%00',
  "';--",
  '%F0%9F%92%A9',
  '%25',
  '[]',
  '9'.repeat(400),
  '-1',
  'null',
  '%7B%7D',
  '',
];
const queries = [
  ['/mappingSets', ['limit', 'start', 'name', 'orderBy', 'property', 'expandSchema']],
  ['/mappingSets/suggestion', ['datasetId', 'batchId', 'schemaId', 'sourceConnectionId', 'connectionId']],
] as const;

test.each(queries)('%s never fails over its parameters', async (path, names) => {
  for (const name of names) {
    for (const value of hostileValues) {
      const { status } = await conversion.call('GET', `${path}?${name}=${value}`);
      expect(status, `${name}=${value}`).toBeLessThan(500);
    }
  }
});

/** Bodies that are nearly right: the names are known, the values are anybody's. */
function nearlyRight(): fc.Arbitrary<unknown> {
  const text = fc.oneof(
    fc.constantFrom(
      'a',
      'personID',
      'person.name',
      'person',
      'upper(a)',
      'a +',
      '${',
      '[*]',
      '..',
      '',
      'x'.repeat(5_000),
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const value = fc.oneof(
    { weight: 3, arbitrary: text },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
  const entry = fc.record(
    {
      source: value,
      destination: value,
      sourceAttribute: value,
      sourceType: fc.oneof(fc.constantFrom('ATTRIBUTE', 'EXPRESSION', 'STATIC'), value),
      name: value,
      id: value,
    },
    { requiredKeys: [] },
  );
  const set = fc.record(
    {
      xdmSchema: fc.oneof(fc.constantFrom('SCHEMA'), value),
      outputSchema: value,
      mappings: fc.oneof({ weight: 4, arbitrary: fc.array(fc.oneof(entry, value), { maxLength: 4 }) }, value),
      inputSchema: fc.oneof(value, fc.record({ jsonSchema: fc.jsonValue({ maxDepth: 4 }) })),
      name: value,
      tags: value,
      allowNullValues: value,
      sourceConnectionId: value,
    },
    { requiredKeys: ['mappings', 'xdmSchema'] },
  );
  const body = fc.record(
    {
      mappingSet: set,
      data: fc.oneof(fc.array(fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }))), value),
      columns: fc.array(fc.record({ name: value, type: value, samples: value }, { requiredKeys: ['name'] })),
      xdmSchema: fc.oneof(fc.constantFrom('SCHEMA'), value),
      expression: value,
      sampleData: value,
      sampleDataType: fc.oneof(fc.constantFrom('json', 'csv'), value),
      mappingSetId: value,
      limit: value,
      excludeUnmapped: value,
    },
    { requiredKeys: ['xdmSchema'] },
  );
  return fc.oneof(set, body, entry, fc.array(entry), fc.jsonValue());
}

const routes = [
  ['POST', '/mappingSets'],
  ['POST', '/mappingSets/validate'],
  ['POST', '/mappingSets/preview'],
  ['POST', '/mappingSets/suggestion'],
  ['POST', '/mappingSets/import'],
  ['PUT', '/mappingSets/SET/mappings/MAPPING'],
  ['POST', '/mappingSets/SET/mappings'],
  ['PATCH', '/mappingSets/SET'],
  ['PUT', '/mappingSets/SET'],
  ['POST', '/languages/el/validate'],
] as const;

describe.each(routes)('%s %s', (method, path) => {
  test('answers any body, never with 5xx, and keeps nothing of what it refuses', async () => {
    const url = path.replace('SET', setId).replace('MAPPING', mappingId);
    let before = await stored();
    await fc.assert(
      fc.asyncProperty(nearlyRight(), async (given) => {
        const text = JSON.stringify(given).replaceAll('"SCHEMA"', JSON.stringify(conversion.schemaId));
        const { status, body } = await conversion.call(method, url, { text });
        expect(status, JSON.stringify(body)).toBeLessThan(500);
        const after = await stored();
        if (status >= 400) expect(after).toEqual(before);
        before = after;
      }),
      { numRuns: 25 },
    );
  });
});

/** How many mapping sets there are, and the versions of the one that is being changed. */
async function stored() {
  const [set, sets] = await Promise.all([
    conversion.call('GET', `/mappingSets/${setId}`),
    conversion.call('GET', '/mappingSets?limit=1000'),
  ]);
  return { set: set.body.version, sets: sets.body.data.length };
}
