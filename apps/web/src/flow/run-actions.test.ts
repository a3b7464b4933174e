import { expect, test } from 'vitest';
import { parseFlow, parseRun, type Run } from '../platform/answers.ts';
import { actionsFor } from './run-actions.ts';

const flow = parseFlow({ id: 'f1', etag: '"1"', state: 'enabled' });
const run = (id: string, status: string, notices: object[] = [], failedFileCount = 0): Run =>
  parseRun({
    id,
    metrics: { fileSummary: { failedFileCount }, statusSummary: { status, extensions: { notices } } },
  });
const drifted = [{ code: 'SCHEMA_DRIFT_REFUSED', message: 'columns have changed' }];

test.each([
  ['an open run is cancelled', [run('a', 'inProgress')], ['cancel']],
  ['a run that has landed stays as it is', [run('a', 'success')], []],
  ['one that has failed is run again', [run('a', 'failed')], ['re-trigger']],
  ['but not while another one is open', [run('a', 'failed'), run('b', 'queued')], []],
  [
    'where columns have changed these are accepted',
    [run('a', 'failed', drifted)],
    ['accept-drift', 're-trigger'],
  ],
  ['files that are held back are tried again', [run('a', 'partialSuccess', [], 2)], ['re-trigger']],
  [
    'also where an earlier run has found them',
    [run('a', 'success', [], 2), run('b', 'partialSuccess', [], 2)],
    ['re-trigger'],
  ],
])('%s', (_, runs, actions) => {
  expect(runs[0] && actionsFor(runs[0], flow, runs)).toEqual(actions);
});

test('files that an older run tells of may have landed since', () => {
  const older = run('a', 'partialSuccess', [], 2);
  expect(actionsFor(older, flow, [run('b', 'success'), older])).toEqual([]);
});

test('what an older run has failed for is not accepted any more, and a flow that is off runs nothing', () => {
  const older = run('a', 'failed', drifted);
  expect(actionsFor(older, flow, [run('b', 'success'), older])).toEqual(['re-trigger']);
  expect(actionsFor(older, { ...flow, state: 'disabled' }, [older])).toEqual([]);
});
