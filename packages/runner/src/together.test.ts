import { expect, test } from 'vitest';
import { together } from './together.ts';

test('what is asked for while one call is under way is done in the next, all at once', async () => {
  const calls: (readonly string[])[] = [];
  let finish = Promise.withResolvers<void>();
  const act = together<string, void>((all) => {
    calls.push(all);
    return finish.promise;
  });
  const first = act('a');
  await Promise.resolve();
  const others = [act('b'), act('c')];
  expect(calls).toEqual([['a']]);
  finish.resolve();
  await first;
  finish = Promise.withResolvers<void>();
  finish.resolve();
  await Promise.all(others);
  expect(calls).toEqual([['a'], ['b', 'c']]);
});

test('whoever was part of a call that fails is told, and nobody else', async () => {
  let isAway = true;
  const act = together<string, void>(async () => {
    if (isAway) throw new Error('away');
  });
  const first = act('a');
  await expect(first).rejects.toThrow('away');
  isAway = false;
  await act('b');
});
