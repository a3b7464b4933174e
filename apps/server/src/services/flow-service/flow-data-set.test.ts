import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type FlowServer,
  flowBody,
  scopedStore,
  startFlowServer,
  type TutorialIds,
  targetConnectionBody,
} from './tutorial.test-kit.ts';

type Mode = 'append' | 'upsert' | 'mirror';

let flows: FlowServer;
let ids: TutorialIds;
beforeAll(async () => {
  flows = await startFlowServer();
});
beforeEach(async () => {
  ids = await flows.tutorial();
});
afterAll(() => flows.close());

/** A flow into the tutorial's dataset, by a target connection of its own. */
async function body(mode: Mode, { schemaId, dataSetId }: TutorialIds = ids) {
  const target = await flows.create('/targetConnections', targetConnectionBody(schemaId, dataSetId));
  const [, mapping] = flowBody(ids).transformations;
  const copy = { name: 'Copy', params: { mode } };
  return { ...flowBody(ids), targetConnectionIds: [target], transformations: [copy, mapping] };
}

const make = async (mode: Mode, of?: TutorialIds) => flows.create('/flows', await body(mode, of));
const post = async (mode: Mode) => flows.call('POST', '/flows', { body: await body(mode) });
const patchMode = (id: string, value: Mode) =>
  flows.call('PATCH', `/flows/${id}`, {
    headers: { 'if-match': '*' },
    body: [{ op: 'replace', path: '/transformations/0/params/mode', value }],
  });
const act = (id: string, op: string) => flows.call('POST', `/flows/${id}/action?op=${op}`);

describe('a mirror', () => {
  it.each(['append', 'upsert', 'mirror'] as const)(
    'is refused where a flow lands already (%s), naming it',
    async (mode) => {
      const other = await make(mode);
      const answer = await post('mirror');
      expect(answer.status).toBe(400);
      expect(answer.body.report.violations).toEqual([
        { path: '/transformations/0/params/mode', message: expect.stringContaining(`the flow ${other}`) },
      ]);
    },
  );

  it('keeps other flows out of its dataset, and lets them in when it is gone or a mirror no more', async () => {
    const mirror = await make('mirror');
    const answer = await post('append');
    expect(answer.status).toBe(400);
    expect(answer.body.report.violations).toEqual([
      { path: '/targetConnectionIds/0', message: expect.stringContaining(`the flow ${mirror}`) },
    ]);
    expect((await patchMode(mirror, 'upsert')).status).toBe(200);
    const other = await make('append');
    expect((await patchMode(mirror, 'mirror')).status).toBe(400);
    await flows.call('DELETE', `/flows/${other}`);
    expect((await patchMode(mirror, 'mirror')).status).toBe(200);
    expect((await patchMode(mirror, 'mirror')).status).toBe(200);
    await flows.call('DELETE', `/flows/${mirror}`);
    expect((await post('append')).status).toBe(201);
  });

  it('counts flows that are disabled, whose rows are there', async () => {
    await act(await make('append'), 'disable');
    expect((await post('mirror')).status).toBe(400);
  });

  it('does not hinder flows into other datasets', async () => {
    await make('mirror');
    expect(await make('append', await flows.tutorial())).toEqual(expect.any(String));
  });

  it('is not made beside another flow that comes at the same moment', async () => {
    const bodies = [await body('mirror'), await body('append'), await body('mirror'), await body('mirror')];
    const answers = await Promise.all(bodies.map((given) => flows.call('POST', '/flows', { body: given })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 400, 400, 400]);
  });

  it('does not let a draft be published beside it, which until then does not hinder it', async () => {
    const draft = await make('append');
    const store = await scopedStore(flows.server);
    const stored = await store.resources('flow').get(draft);
    const actor = { user: 'alice', client: 'test-client' };
    await store
      .resources('flow')
      .replace(draft, stored?.etag ?? '', { ...stored?.body, state: 'draft' }, actor);
    const mirror = await make('mirror');
    const answer = await act(draft, 'publish');
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(`the flow ${mirror}`);
    await flows.call('DELETE', `/flows/${mirror}`);
    expect((await act(draft, 'publish')).status).toBe(200);
  });
});
