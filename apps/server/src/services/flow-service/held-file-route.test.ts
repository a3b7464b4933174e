import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FlowServer, flowBody, scopedStore, startFlowServer } from './tutorial.test-kit.ts';

let flows: FlowServer;
let flowId: string;
const names = Array.from({ length: 7 }, (_, index) => `/bad ${index}.csv`);

beforeAll(async () => {
  flows = await startFlowServer();
  flowId = await flows.create('/flows', flowBody(await flows.tutorial()));
  const store = await scopedStore(flows.server);
  await store.heldItems.put(
    flowId,
    names.toReversed().map((name) => ({
      name,
      version: '1',
      code: 'UNREADABLE_FILE',
      message: `${name} is cut off`,
      isPassing: false,
      reading: 'so',
      runId: 'the run',
      heldAt: new Date(1_700_000_000_000),
    })),
  );
});
afterAll(() => flows.close());

const list = (query: string) => flows.call('GET', `/flows/${flowId}/heldFiles${query}`);

describe('the files that a flow holds back', () => {
  it('are listed by name, each with what is wrong and since when', async () => {
    const { status, body } = await list('');
    expect(status).toBe(200);
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(body._links).toEqual({});
    expect(body.items[0]).toEqual({
      name: '/bad 0.csv',
      code: 'UNREADABLE_FILE',
      message: '/bad 0.csv is cut off',
      runId: 'the run',
      sinceUTC: 1_700_000_000_000,
    });
  });

  it('come page by page, each once, and can be counted', async () => {
    const found: string[] = [];
    let path: string | undefined = `/flows/${flowId}/heldFiles?limit=3`;
    let pages = 0;
    while (path !== undefined) {
      const { body } = await flows.call('GET', path);
      found.push(...body.items.map(({ name }: { name: string }) => name));
      path = body._links.next?.href;
      pages += 1;
    }
    expect([found, pages]).toEqual([names, 3]);
    expect((await list('?count=true')).body).toEqual({ items: [], _links: {}, count: 7 });
  });

  it('are refused for a flow that is not there, or a place that is none', async () => {
    expect((await flows.call('GET', '/flows/none/heldFiles')).status).toBe(404);
    const { status, body } = await list('?continuationToken=none');
    expect(status).toBe(400);
    expect(body.report.violations).toMatchObject([{ path: 'continuationToken' }]);
  });
});
