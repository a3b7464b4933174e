import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { MemorySink } from '../memory-sink.test-kit.ts';
import type { Source } from '../source.ts';
import { InterruptingSink, type ReadingUnderTest } from './reading-under-test.test-kit.ts';
import { isCannot } from './subject.test-kit.ts';

/** Tests of calls that nobody waits for any more. */
export function testCancelling(reading: ReadingUnderTest): void {
  const { table, leftOpen } = reading.subject;

  /** The test's own time-out is the limit. */
  async function expectNothingLeftOpen(): Promise<void> {
    if (isCannot(leftOpen)) return;
    while ((await leftOpen()) > 0) await pause(10);
  }

  describe('cancelled', () => {
    test('before it begins, a call does nothing', async () => {
      const enough = new Error('enough');
      const signal = AbortSignal.abort(enough);
      const request = await reading.request();
      const partition = await reading.somePartition();
      const sink = new MemorySink();
      const calls: Readonly<Record<string, (source: Source) => Promise<unknown>>> = {
        check: (source) => source.check(signal),
        explore: (source) => source.explore(table.listing?.folder, signal),
        describe: (source) => source.describe(table.path, signal),
        preview: (source) => source.preview(table.path, 1, signal),
        plan: (source) => source.plan(request, signal),
        read: (source) => source.read(partition, sink, signal),
      };
      const outcomes = await Promise.all(
        Object.entries(calls).map(async ([name, call]) => [
          name,
          await call(reading.open()).then(
            () => 'went on',
            (error: unknown) => error,
          ),
        ]),
      );
      expect(outcomes).toEqual(Object.keys(calls).map((name) => [name, enough]));
      expect(sink.begun).toBe(0);
    });

    test('in the midst of a page, a read ends with the reason of its signal, and goes on later', async () => {
      const enough = new AbortController();
      const reason = new Error('enough');
      const partition = await reading.somePartition();
      const sink = new InterruptingSink(() => enough.abort(reason));
      await expect(reading.open().read(partition, sink, enough.signal)).rejects.toBe(reason);
      expect(sink.begun).toBe(1);
      await expectNothingLeftOpen();
      const isDone = sink.pages.length > 0 && sink.resumeFrom === undefined;
      if (!isDone) await reading.open().read(partition, sink);
      const columns = await reading.columns();
      const whole = new MemorySink();
      await reading.open().read(partition, whole);
      reading.expectEqual(
        await reading.rowsOf(sink.pages, columns),
        await reading.rowsOf(whole.pages, columns),
      );
    });

    test(`it leaves nothing open${isCannot(leftOpen) ? `, which is not looked at: ${leftOpen.cannot}` : ''}`, async () => {
      const enough = new AbortController();
      const source = reading.open();
      const request = await reading.request();
      const calls = [
        source.explore(table.listing?.folder, enough.signal),
        source.describe(table.path, enough.signal),
        source.preview(table.path, 2, enough.signal),
        source.plan(request, enough.signal),
      ];
      enough.abort(new Error('enough'));
      for (const outcome of await Promise.allSettled(calls))
        if (outcome.status === 'rejected') expect(outcome.reason).toBe(enough.signal.reason);
      await expectNothingLeftOpen();
    });
  });

  test('a read that its sink refuses ends with the sink’s own error', async () => {
    const sink = new MemorySink();
    const full = new Error('no space left on device');
    sink.stage = () => Promise.reject(full);
    const partition = await reading.somePartition();
    await expect(reading.open().read(partition, sink)).rejects.toBe(full);
    await expectNothingLeftOpen();
  });
}
