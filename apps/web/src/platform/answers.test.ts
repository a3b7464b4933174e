import { expect, test } from 'vitest';
import {
  isUnderWay,
  parseDataSet,
  parseFlow,
  parseRun,
  parseSourceTable,
  UnexpectedAnswer,
} from './answers.ts';

test('a flow is read from the documented body, text and numbers alike', () => {
  const flow = parseFlow({
    id: 'f1',
    etag: '"7"',
    name: 'Contacts',
    state: 'enabled',
    createdAt: 1000,
    sourceConnectionIds: ['s1'],
    targetConnectionIds: ['t1'],
    transformations: [
      {
        name: 'Copy',
        params: { deltaColumn: { name: 'SystemModstamp' }, mode: 'upsert', keyColumns: ['Id'] },
      },
      { name: 'Mapping', params: { mappingId: 'm1' } },
    ],
    flowSpec: { id: 'spec', version: '1.0' },
    options: { schemaDrift: 'add' },
    scheduleParams: {
      startTime: '1567411548',
      endTime: 1567411549,
      frequency: 'minute',
      interval: '30',
      timezone: 'Europe/Zurich',
      backfill: false,
    },
    lastRunDetails: { id: 'r1' },
  });
  expect(flow).toEqual({
    id: 'f1',
    etag: '"7"',
    name: 'Contacts',
    description: undefined,
    state: 'enabled',
    createdAt: 1000,
    sourceConnectionId: 's1',
    targetConnectionId: 't1',
    schedule: {
      frequency: 'minute',
      interval: 30,
      startsAt: 1_567_411_548_000,
      endsAt: 1_567_411_549_000,
      timeZone: 'Europe/Zurich',
      backfill: false,
    },
    deltaColumn: 'SystemModstamp',
    mappingId: 'm1',
    mode: 'upsert',
    keyColumns: ['Id'],
    flowSpecId: 'spec',
    copy: {
      index: 0,
      params: { deltaColumn: { name: 'SystemModstamp' }, mode: 'upsert', keyColumns: ['Id'] },
    },
    options: { schemaDrift: 'add' },
    lastRunId: 'r1',
    nextRunAt: undefined,
  });
});

test('a flow may have next to nothing', () => {
  const flow = parseFlow({ id: 'f1', etag: '"1"' });
  expect(flow).toMatchObject({ name: 'f1', state: 'unknown', schedule: undefined, lastRunId: undefined });
});

test('a run that has not started has no times and counts nothing', () => {
  const run = parseRun({ id: 'r1', metrics: { statusSummary: { status: 'queued' } } });
  expect(run).toMatchObject({
    startedAt: undefined,
    completedAt: undefined,
    records: { in: 0, out: 0, failed: 0 },
    bytes: { in: 0, out: 0 },
    errors: [],
  });
  expect(isUnderWay(run)).toBe(true);
});

test('a run’s errors keep code and message', () => {
  const errors = [{ code: 'INGEST-1212-400', message: '3 rows were not taken' }];
  const run = parseRun({ id: 'r1', metrics: { statusSummary: { status: 'partialSuccess', errors } } });
  expect(run.errors).toEqual(errors);
  expect(isUnderWay(run)).toBe(false);
});

test('a run tells its notices, what it updated and deleted, and until when it waits', () => {
  const notices = [{ code: 'FULL_READ', message: 'The whole table was read' }];
  const run = parseRun({
    id: 'r1',
    metrics: {
      statusSummary: {
        status: 'inProgress',
        extensions: { notices, waiting: { reason: 'no calls left', untilUTC: 7 }, startsAtUTC: 5 },
      },
      recordSummary: {
        extensions: {
          updatedRecordCount: 1,
          deletedRecordCount: 2,
          sourceRecordCount: { compared: true, source: 3, staged: 4 },
        },
      },
    },
  });
  expect(run).toMatchObject({
    notices,
    records: { updated: 1, deleted: 2, atSource: 3 },
    waitingUntil: 7,
    startsAt: 5,
  });
});

test('older source connections call the table a path', () => {
  expect(parseSourceTable({ params: { path: 'Lead' } }).name).toBe('Lead');
});

test('a dataset whose table is elsewhere has no location', () => {
  expect(parseDataSet('d1', { name: 'Contacts' })).toMatchObject({ id: 'd1', tableLocation: undefined });
});

test.each([undefined, null, 7, 'text', [], {}])('%o is no flow and no run', (body) => {
  expect(() => parseFlow(body)).toThrow(UnexpectedAnswer);
  expect(() => parseRun(body)).toThrow(UnexpectedAnswer);
});
