import { BATCH_STATUSES } from '@tributary/runner';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasEnded, statusProblem } from './batch-status.ts';

it.each([
  [undefined, 'loading', true],
  [undefined, 'failed', true],
  [undefined, 'success', false],
  [undefined, 'deleted', false],
  ['loading', 'staged', true],
  ['staged', 'loading', true],
  ['loading', 'aborted', true],
  ['loading', 'active', false],
  ['failed', 'loading', false],
  ['failed', 'inactive', true],
  ['success', 'inactive', true],
  ['inactive', 'deleted', true],
  ['deleted', 'processing', false],
  ['deleted', 'deleted', true],
] as const)('a batch that is %s can become %s: %s', (before, next, isAllowed) => {
  expect(statusProblem(before, next) === undefined).toBe(isAllowed);
});

it('has no way back from an end to what is open, nor for clients to what has landed', () => {
  const status = fc.constantFrom(...BATCH_STATUSES);
  fc.assert(
    fc.property(fc.array(status, { minLength: 2 }), (wanted) => {
      let current: (typeof wanted)[number] = 'loading';
      for (const next of wanted) {
        if (statusProblem(current, next) !== undefined) continue;
        if (hasEnded(current)) expect(hasEnded(next)).toBe(true);
        current = next;
      }
      expect(['success', 'active']).not.toContain(current);
    }),
  );
});
