import { describe, expect, test } from 'vitest';
import { parseFlow } from '../platform/answers.ts';
import { specFields, valuesOf } from '../spec/spec-fields.ts';
import { flowChanges, type SettingsDraft } from './flow-changes.ts';
import { draftOf, ON_DEMAND } from './schedule.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const fields = specFields({
  properties: {
    schemaDrift: { enum: ['ignore', 'add'], default: 'ignore' },
    concurrentReads: { type: 'integer' },
  },
});
const flow = parseFlow({
  id: 'f1',
  etag: '"1"',
  name: 'Contacts',
  transformations: [
    { name: 'Mapping', params: { mappingId: 'm1' } },
    { name: 'Copy', params: { deltaColumn: { name: 'SystemModstamp', timezone: 'UTC' } } },
  ],
  scheduleParams: { startTime: 1567411548, frequency: 'day', interval: 1, timezone: 'Europe/Zurich' },
  options: { schemaDrift: 'add', ofAnotherServer: true },
});
const same: SettingsDraft = {
  name: 'Contacts',
  write: { mode: 'append', keyColumns: [], deltaColumn: 'SystemModstamp' },
  schedule: draftOf(flow.schedule, 'UTC'),
  options: valuesOf(fields, flow.options),
};
const changesOf = (change: Partial<SettingsDraft>) => flowChanges(flow, fields, { ...same, ...change }, NOW);

describe('the changes of a flow', () => {
  test('are none where nothing was changed', () => {
    expect(changesOf({ options: { schemaDrift: 'add' } })).toEqual([]);
  });

  test('leave of the Copy transformation and the options what nobody has touched', () => {
    expect(changesOf({ write: { ...same.write, mode: 'upsert', keyColumns: ['Id'] } })).toEqual([
      {
        op: 'replace',
        path: '/transformations/1/params',
        value: {
          mode: 'upsert',
          keyColumns: ['Id'],
          deltaColumn: { name: 'SystemModstamp', timezone: 'UTC' },
        },
      },
    ]);
    expect(changesOf({ options: { schemaDrift: 'ignore', concurrentReads: 2 } })).toEqual([
      { op: 'add', path: '/options', value: { ofAnotherServer: true, concurrentReads: 2 } },
    ]);
  });

  test('take the schedule from a flow that is to run on demand', () => {
    expect(changesOf({ name: 'People', schedule: { ...same.schedule, frequency: ON_DEMAND } })).toEqual([
      { op: 'add', path: '/name', value: 'People' },
      { op: 'remove', path: '/scheduleParams' },
    ]);
  });
});
