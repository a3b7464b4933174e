import { expect, test } from 'vitest';
import { parseRunDetails } from './run-details.ts';

test('a run’s details are read from the documented body', () => {
  const details = parseRunDetails({
    id: 'r1',
    flowId: 'f1',
    metrics: {
      fileSummary: {
        failedFileCount: 1,
        extensions: {
          heldBack: {
            count: 1,
            files: [{ name: '/a.gz', code: 'BAD', message: 'is cut off', runId: 'r0', sinceUTC: 3 }],
          },
        },
      },
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
          extensions: {
            partitions: [
              { id: 'p1', announcedRows: 4, stagedRows: 3, pages: 1, bytes: 20 },
              { id: 'p2', item: '/b.csv', announcedRows: null, stagedRows: null, pages: 1, bytes: 9 },
            ],
          },
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
    partitions: [
      { id: 'p1', item: undefined, announcedRows: 4, stagedRows: 3, pages: 1, bytes: 20 },
      { id: 'p2', item: '/b.csv', announcedRows: undefined, stagedRows: undefined, pages: 1, bytes: 9 },
    ],
    run: { heldFiles: 1 },
    shownHeldFiles: [{ name: '/a.gz', code: 'BAD', message: 'is cut off', runId: 'r0', since: 3 }],
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
