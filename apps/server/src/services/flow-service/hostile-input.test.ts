import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileIds } from '../../hostile-ids.test-kit.ts';
import {
  connectionBody,
  type FlowServer,
  flowBody,
  SECRETS,
  sourceConnectionBody,
  startFlowServer,
  type TutorialIds,
  targetConnectionBody,
} from './tutorial.test-kit.ts';

let flows: FlowServer;
let ids: TutorialIds;
let flowId: string;
beforeAll(async () => {
  flows = await startFlowServer();
  ids = await flows.tutorial();
  flowId = await flows.create('/flows', flowBody(ids));
});
afterAll(() => flows.close());

describe.each([
  'connections',
  'sourceConnections',
  'targetConnections',
  'flows',
  'runs',
  'flowSpecs',
  'connectionSpecs',
])('/%s/{id}', (type) => {
  it.each(hostileIds)('answers 4xx for the id %s', async (id) => {
    const { status } = await flows.call('GET', `/${type}/${id}`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });
});

const hostileValues = [
  '%00',
  "'; select 1; --",
  '%F0%9F%92%A9',
  '\\',
  '%25',
  '[]',
  '9'.repeat(400),
  '-1',
  'null',
  '{"a":1}',
];
const parameters = ['property', 'orderby', 'limit', 'continuationToken', 'count'];

describe.each(['/connections', '/flows', '/runs', '/flowSpecs'])('%s?', (path) => {
  it.each(parameters)('never fails over %s', async (parameter) => {
    const texts = hostileValues.flatMap((value) => [
      `${parameter}=${value}`,
      `${parameter}=name==${value}`,
      `${parameter}=createdAt<${value}`,
      `${parameter}=${value}==x`,
      `${parameter}=${value}&${parameter}=${value}`,
      `${parameter}[a]=${value}`,
    ]);
    for (const text of texts) {
      const { status } = await flows.call('GET', `${path}?${text}`);
      expect({ text, isFailure: status >= 500 }).toEqual({ text, isFailure: false });
    }
  });
});

/** All places in a JSON value, as keys from the top. */
function placesOf(value: unknown, at: readonly string[] = []): string[][] {
  const children = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [[...at], ...children.flatMap(([key, child]) => placesOf(child, [...at, key]))];
}

function withValueAt(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...Object(value) };
  return Object.assign(copy, { [key]: withValueAt(Reflect.get(copy, key), rest, replacement) });
}

/** A right body with one place replaced by anything at all, other objects' prototypes and NULs among it. */
function nearly(body: unknown): fc.Arbitrary<unknown> {
  const anything = fc.oneof(
    fc.jsonValue({ stringUnit: 'binary' }),
    fc.constantFrom('\0', '\ud800', '__proto__', 'constructor', 1e308, -0, '9'.repeat(20), [[[]]], {
      __proto__: null,
    }),
  );
  return fc
    .tuple(fc.constantFrom(...placesOf(body)), anything)
    .map(([place, replacement]) => withValueAt(body, place, replacement));
}

describe('a body in which one place is anything at all', () => {
  const bodies: Record<string, () => unknown> = {
    '/connections': () => connectionBody(),
    '/sourceConnections': () => sourceConnectionBody(ids.connectionId),
    '/targetConnections': () => targetConnectionBody(ids.schemaId, ids.dataSetId),
    '/flows': () => flowBody(ids),
    '/runs': () => ({ flowId, params: { windowStartTime: 1 } }),
  };

  it.each(Object.keys(bodies))('is taken by %s or refused, and no secret comes back', async (path) => {
    await fc.assert(
      fc.asyncProperty(nearly(bodies[path]?.()), async (body) => {
        const answer = await flows.call('POST', path, { body });
        expect(answer.status).toBeLessThan(500);
        const text = JSON.stringify(answer.body);
        for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
      }),
      { numRuns: 150 },
    );
  });

  it('is taken as a patch or refused', async () => {
    const operations = [
      { op: 'replace', path: '/scheduleParams/interval', value: 15 },
      { op: 'add', path: '/transformations/0/params', value: { deltaColumn: { name: 'updatedAt' } } },
      { op: 'remove', path: '/description' },
    ];
    await fc.assert(
      fc.asyncProperty(nearly(operations), async (body) => {
        const answer = await flows.call('PATCH', `/flows/${flowId}`, { body, headers: { 'if-match': '*' } });
        expect(answer.status).toBeLessThan(500);
        expect((await flows.call('GET', `/flows/${flowId}`)).status).toBe(200);
      }),
      { numRuns: 150 },
    );
  });
});
