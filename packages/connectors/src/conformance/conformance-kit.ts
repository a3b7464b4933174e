import { afterAll, beforeAll } from 'vitest';
import { testCancelling } from './cancelling.test-kit.ts';
import { testChanging } from './changing.test-kit.ts';
import { testDescribing } from './describing.test-kit.ts';
import { testFailing } from './failing.test-kit.ts';
import { testReading } from './reading.test-kit.ts';
import { ReadingUnderTest } from './reading-under-test.test-kit.ts';
import type { SourceSubject } from './subject.test-kit.ts';

export type {
  Cannot,
  KnownClock,
  KnownFault,
  KnownItems,
  KnownTable,
  KnownTokens,
  KnownWindow,
  OpenOptions,
  Refusal,
  Row,
  SourceSubject,
} from './subject.test-kit.ts';

/** Registers, where it is called, the vitest tests that every source must pass, of the source that a subject opens. */
export function testSourceConformance(subject: SourceSubject): void {
  const reading = new ReadingUnderTest(subject);
  beforeAll(() => subject.start());
  afterAll(() => subject.stop());
  testDescribing(reading);
  testReading(reading);
  testFailing(reading);
  testCancelling(reading);
  testChanging(reading);
}
