import { expect, test } from 'vitest';
import { parseRunDetails } from './run-details.ts';

test('a run’s details are read from the documented body', () => {
  const details = parseRunDetails({
    id: 'r1',
    flowId: 'f1',
    metrics: {
      recordSummary: {
        extensions: { sourceRecordCount: { compared: true, source: 1200, staged: 1199 } },
      },
      statusSummary: {
        status: 'inProgress',
        extensions: {
          attempt: 2,
          earlierAttempts: [{ attempt: 1, atUTC: 1000, code: 'CONNECTOR-1', message: 'gone' }],
          waiting: { reason: 'no calls left', sinceUTC: 1, untilUTC: 2 },
          schemaDrift: { added: [{ name: 'Region__c', type: 'string' }], removed: [], retyped: [] },
        },
      },
    },
    activities: [
      {
        activityType: 'copyActivity',
        durationSummary: { extensions: { windowStart: 0, windowEnd: 5 } },
        recordSummary: {
          extensions: { partitions: [{ id: 'p1', announcedRows: null, stagedRows: 3, pages: 1 }] },
        },
      },
      { activityType: 'promotionActivity', targetInfo: [{ reference: { ids: ['01BATCH'] } }] },
    ],
  });
  expect(details).toMatchObject({
    flowId: 'f1',
    attempt: 2,
    earlierAttempts: [{ attempt: 1, at: 1000, code: 'CONNECTOR-1', message: 'gone' }],
    waiting: { reason: 'no calls left', since: 1, until: 2 },
    drift: { added: ['Region__c'], removed: [], retyped: [] },
    reconciliation: { source: 1200, staged: 1199 },
    window: { from: 0, to: 5 },
    requestedWindow: undefined,
    partitions: [{ id: 'p1', announcedRows: undefined, stagedRows: 3, pages: 1 }],
    batchId: '01BATCH',
  });
});

test('rows that were not compared with the source say why', () => {
  const body = (sourceRecordCount: object) => ({
    id: 'r1',
    metrics: { statusSummary: { status: 'success' }, recordSummary: { extensions: { sourceRecordCount } } },
  });
  expect(parseRunDetails(body({ compared: false, reason: 'files' })).reconciliation).toEqual({
    notCompared: 'files',
  });
});
