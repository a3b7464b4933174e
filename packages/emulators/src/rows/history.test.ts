import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileHistory } from './history.ts';

const anyHistory = fc.record({ seed: fc.integer(), rows: fc.integer({ min: 1, max: 2_000_000 }) });

test('a row is created, then changed by a user, then touched by the system, all before the emulator starts', () => {
  fc.assert(
    fc.property(anyHistory, fc.nat(), ({ seed, rows }, at) => {
      const history = compileHistory(seed, 'Contact', rows);
      const index = at % rows;
      const [created, modified, stamp] = [
        history.created(index),
        history.modified(index),
        history.stamp(index),
      ];
      expect(created).toBeLessThanOrEqual(modified);
      expect(modified).toBeLessThanOrEqual(stamp);
      expect(stamp).toBeLessThan(Date.now() - 3_600_000);
      for (const time of [created, modified, stamp]) expect(time % 1000).toBe(0);
    }),
  );
});

test('rows are created in the order of their indexes', () => {
  fc.assert(
    fc.property(anyHistory, fc.nat(), ({ seed, rows }, at) => {
      const history = compileHistory(seed, 'Lead', rows);
      const index = at % rows;
      expect(history.created(index)).toBeLessThanOrEqual(history.created(index + 1));
    }),
  );
});

test('many rows share one stamp, and stamps still spread over years', () => {
  const history = compileHistory(1, 'Contact', 20_000);
  const counts = new Map<number, number>();
  for (let index = 0; index < 20_000; index++) {
    const stamp = history.stamp(index);
    counts.set(stamp, (counts.get(stamp) ?? 0) + 1);
  }
  expect(Math.max(...counts.values())).toBeGreaterThan(30);
  expect(new Set([...counts.keys()].map((stamp) => new Date(stamp).getUTCFullYear())).size).toBeGreaterThan(
    8,
  );
});
