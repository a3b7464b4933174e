import { SourceError, type SourceErrorKind } from '@tributary/connectors';
import { EngineError, type EngineErrorKind } from '@tributary/engine';
import { expect, test } from 'vitest';
import {
  backOff,
  ColumnsMissing,
  FlowUnfit,
  judge,
  LandedPageDamaged,
  RowsMissing,
  SourceClockBehind,
  SourceStaysClosed,
  StagedPageDamaged,
  type Verdict,
} from './failure.ts';

const at = new Date('2026-03-01T12:00:00Z');

test.each<[SourceErrorKind, Verdict]>([
  ['busy', 'retry'],
  ['limited', 'wait'],
  ['expired', 'restart'],
  ['refused', 'fail'],
  ['invalid', 'fail'],
])('a source that is %s: %s', (kind, verdict) => {
  expect(judge(new SourceError(kind, 'CODE', 'why'))).toEqual({
    verdict,
    code: 'CONNECTOR-2001-500',
    message: 'The source answered CODE: why',
  });
});

test.each<[EngineErrorKind, Verdict]>([
  ['invalid', 'fail'],
  ['unreadable', 'restart'],
  ['exhausted', 'retry'],
  ['crashed', 'retry'],
  ['closed', 'retry'],
  ['failed', 'retry'],
])('an engine that says %s: %s', (kind, verdict) => {
  expect(judge(new EngineError(kind, 'why'))).toEqual({ verdict, code: 'MAPPER-3700-400', message: 'why' });
});

test.each<[Error, Verdict]>([
  [new FlowUnfit([{ path: '/transformations', message: 'no mapping' }]), 'fail'],
  [new ColumnsMissing(['no column Born']), 'restart'],
  [new RowsMissing(5, 4), 'restart'],
  [new StagedPageDamaged('/staging/run/page.csv'), 'restart'],
  [new LandedPageDamaged('/staging/run/page.csv', at), 'fail'],
  [new SourceStaysClosed('the allowance is used up', at), 'fail'],
  [new SourceClockBehind(at, at), 'retry'],
  [new Error('Connection terminated unexpectedly'), 'retry'],
  [new Error('ENOSPC: no space left on device, write'), 'retry'],
])('%s: %s', (error, verdict) => {
  expect(judge(error)).toMatchObject({ verdict, message: error.message });
});

test('the pause doubles with each failure, up to a minute', () => {
  expect([1, 2, 3, 4, 7, 50].map(backOff)).toEqual([1_000, 2_000, 4_000, 8_000, 60_000, 60_000]);
});
