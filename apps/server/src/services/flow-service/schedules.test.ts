import { nextSlot } from '@tributary/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FlowServer,
  flowBody,
  scopedStore,
  startFlowServer,
  type TutorialIds,
} from './tutorial.test-kit.ts';

let flows: FlowServer;
let ids: TutorialIds;
beforeAll(async () => {
  flows = await startFlowServer();
  ids = await flows.tutorial();
});
afterAll(() => flows.close());

const seconds = (time: string) => Date.parse(time) / 1000;
const shown = async (id: string) => (await flows.call('GET', `/flows/${id}`)).body.items[0];
const nextRunOf = async (id: string): Promise<number | undefined> =>
  (await shown(id))['tributary:nextRunAtUTC'];
const scheduled = (scheduleParams: object) => flows.create('/flows', { ...flowBody(ids), scheduleParams });

/** Queues what is due at a time, and ends it. */
async function passTime(id: string, time: string): Promise<void> {
  await flows.server.store.enqueueDueRuns(new Date(time), nextSlot);
  await (await scopedStore(flows.server)).runs.cancelOpen(id);
}

async function patch(id: string, operations: readonly object[]) {
  const { etag } = await shown(id);
  return flows.call('PATCH', `/flows/${id}`, { headers: { 'if-match': etag }, body: operations });
}

describe('the next run of a flow', () => {
  it('is shown, and not where the flow runs on demand only', async () => {
    const startTime = seconds('2999-01-01T00:00:00Z');
    const id = await scheduled({ startTime, frequency: 'hour', interval: 1 });
    expect(await nextRunOf(id)).toBe(startTime * 1000);
    const { scheduleParams: _, ...onDemand } = flowBody(ids);
    expect(await nextRunOf(await flows.create('/flows', onDemand))).toBeUndefined();
    const answer = await patch(id, [{ op: 'add', path: '/tributary:nextRunAtUTC', value: 1 }]);
    expect(answer.status).toBe(400);
  });

  it('keeps to the hour of its time zone over the changes of its clocks', async () => {
    const id = await scheduled({
      startTime: seconds('2026-01-15T05:00:00Z'),
      frequency: 'day',
      interval: 1,
      timezone: 'Europe/Zurich',
    });
    await passTime(id, '2027-03-26T12:00:00Z');
    expect(await nextRunOf(id)).toBe(Date.parse('2027-03-27T05:00:00Z'));
    await passTime(id, '2027-03-27T12:00:00Z');
    expect(await nextRunOf(id)).toBe(Date.parse('2027-03-28T04:00:00Z'));
    await passTime(id, '2027-10-30T12:00:00Z');
    expect(await nextRunOf(id)).toBe(Date.parse('2027-10-31T05:00:00Z'));
  });

  it('follows the schedule as it is changed, and there is none once that has ended', async () => {
    const id = await scheduled({
      startTime: seconds('2999-01-01T00:00:00Z'),
      frequency: 'hour',
      interval: 1,
    });
    await patch(id, [
      { op: 'replace', path: '/scheduleParams/startTime', value: seconds('2999-02-01T00:00:00Z') },
    ]);
    expect(await nextRunOf(id)).toBe(Date.parse('2999-02-01T00:00:00Z'));
    await patch(id, [{ op: 'add', path: '/scheduleParams/endTime', value: seconds('2999-02-01T01:30:00Z') }]);
    await passTime(id, '2999-02-01T00:00:00Z');
    expect(await nextRunOf(id)).toBe(Date.parse('2999-02-01T01:00:00Z'));
    await passTime(id, '2999-02-01T01:00:00Z');
    expect(await nextRunOf(id)).toBeUndefined();
    await patch(id, [{ op: 'remove', path: '/scheduleParams' }]);
    expect(await nextRunOf(id)).toBeUndefined();
  });

  it('goes with what disables the flow, and comes back; how far it has read stays', async () => {
    const store = await scopedStore(flows.server);
    const startTime = seconds('2999-01-01T00:00:00Z');
    const id = await scheduled({ startTime, frequency: 'week', interval: 1 });
    await store.watermarks.put({ kind: 'token', flowId: id, changeToken: '7', runId: 'run' });
    await flows.call('POST', `/flows/${id}/action?op=disable`);
    expect(await nextRunOf(id)).toBeUndefined();
    await patch(id, [{ op: 'replace', path: '/scheduleParams/startTime', value: startTime + 60 }]);
    expect(await nextRunOf(id)).toBeUndefined();
    await flows.call('POST', `/flows/${id}/action?op=enable`);
    expect(await nextRunOf(id)).toBe((startTime + 60) * 1000);
    expect(await store.watermarks.get(id)).toMatchObject({ changeToken: '7' });
  });

  it('is a time that has passed where the flow is due', async () => {
    const id = await scheduled({ startTime: seconds('2020-01-01T00:00:00Z'), frequency: 'day', interval: 1 });
    expect(await nextRunOf(id)).toBeLessThan(Date.now());
  });
});
