import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionBody, type FlowServer, SALESFORCE, startFlowServer } from './tutorial.test-kit.ts';

let flows: FlowServer;
const names = ['delta', 'alpha', 'echo', 'bravo', 'charlie'];
beforeAll(async () => {
  flows = await startFlowServer();
  for (const name of names) await flows.create('/connections', { ...connectionBody(), name });
});
afterAll(() => flows.close());

async function namesOf(query: string): Promise<string[]> {
  const { body } = await flows.call('GET', `/connections?${query}`);
  return body.items.map((item: { name: string }) => item.name);
}

/** Follows the links, as clients do that take the token from behind the first equals sign. */
async function allPages(query: string): Promise<string[]> {
  const found: string[] = [];
  let page = await flows.call('GET', `/connections?${query}`);
  for (;;) {
    found.push(...page.body.items.map((item: { name: string }) => item.name));
    const href: string | undefined = page.body._links.next?.href;
    if (href === undefined) return found;
    expect(href).toMatch(/^\/connections\?continuationToken=[\w-]+$/);
    page = await flows.call('GET', `/connections?limit=2&continuationToken=${href.split('=')[1]}`);
  }
}

describe('a list', () => {
  it('keeps the size of its pages in the link to the next one', async () => {
    const first = await flows.call('GET', '/connections?limit=2');
    const second = await flows.call('GET', first.body._links.next.href);
    expect(second.body.items).toHaveLength(2);
  });

  it('comes newest first, with links even where there is no next page', async () => {
    const { status, body } = await flows.call('GET', '/connections');
    expect(status).toBe(200);
    expect(body.items.map((item: { name: string }) => item.name)).toEqual(names.toReversed());
    expect(body._links).toEqual({});
  });

  it.each([
    ['orderby=name', names.toSorted()],
    ['orderBy=%2Bname', names.toSorted()],
    ['orderby=+name', names.toSorted()],
    ['orderby=-name', names.toSorted().toReversed()],
    ['orderby=createdAt', names],
    ['limit=2&orderby=name', ['alpha', 'bravo']],
    ['property=name==echo', ['echo']],
    ['property=name=="echo"', ['echo']],
    ['property=name!=echo&property=name>=charlie&orderby=name', ['charlie', 'delta']],
    ['property=name~RAV', ['bravo']],
    [`property=connectionSpec.id==${SALESFORCE}&limit=1&orderby=name`, ['alpha']],
    ['property=createdAt<10', []],
    ['property=state==enabled&orderby=name&limit=1', ['alpha']],
    ["property=name=='; drop table resources; --", []],
    ['property=&limit=1&orderby=name', ['alpha']],
    ['count=False&limit=1&orderby=name', ['alpha']],
  ])('%s', async (query, expected) => {
    expect(await namesOf(query)).toEqual(expected);
  });

  it('is whole and without repeats over its pages, in order, and keeps its filters', async () => {
    expect(await allPages('limit=2')).toEqual(names.toReversed());
    expect(await allPages('limit=2&orderby=name&property=name!=echo')).toEqual([
      'alpha',
      'bravo',
      'charlie',
      'delta',
    ]);
  });

  it('counts instead, when asked to', async () => {
    const { body } = await flows.call('GET', '/connections?count=true&property=name!=echo');
    expect(body).toEqual({ items: [], _links: {}, count: 4 });
  });

  it('never shows what another sandbox has', async () => {
    const { body } = await flows.call('GET', '/connections', { sandbox: 'dev' });
    expect(body).toEqual({ items: [], _links: {} });
  });
});

describe('a list is refused', () => {
  it.each([
    ['limit=5&count=true', 'FLOW-1401-400', 'count'],
    ['limit=0', 'FLOW-400', '/limit'],
    ['limit=many', 'FLOW-400', '/limit'],
    ['limit=99999', 'FLOW-400', '/limit'],
    ['count=perhaps', 'FLOW-400', '/count'],
    ['orderby=%23id', 'FLOW-1433-400', 'orderby'],
    ['orderby=sealedParams', 'FLOW-1433-400', 'orderby'],
    ['orderby=--', 'FLOW-1432-400', 'orderby'],
    ['property=sealedParams~v1', 'FLOW-1449-400', 'property'],
    ['property=nonsense', 'FLOW-400', 'property'],
    ['property=auth', 'FLOW-400', 'property'],
    ['continuationToken=abc', 'FLOW-400', 'continuationToken'],
    [
      `continuationToken=${tokenOf({ property: [], limit: 2, orderby: '-createdAt', after: 7 })}`,
      'FLOW-400',
      'continuationToken',
    ],
    [
      `continuationToken=${tokenOf({ property: [], limit: 2, orderby: '-createdAt', after: { orderValue: '\0', id: '' } })}`,
      'FLOW-400',
      'continuationToken',
    ],
    [
      `continuationToken=${tokenOf({ property: ['sealedParams~v1'], limit: 2, orderby: 'name', after: { orderValue: '', id: '' } })}`,
      'FLOW-1449-400',
      'property',
    ],
  ])('%s', async (query, code, path) => {
    const { status, body } = await flows.call('GET', `/connections?${query}`);
    expect(status).toBe(400);
    expect(body.type).toBe(`https://ns.adobe.com/aep/errors/${code}`);
    expect(body.report.violations[0].path).toBe(path);
  });
});

function tokenOf(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}
