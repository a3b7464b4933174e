import { describe, expect, test } from 'vitest';
import { oneByOne } from './claims.ts';

describe('work that is claimed one by one', () => {
  const dueThen = (due: readonly string[], then: () => Promise<undefined>) => {
    const left = [...due];
    return oneByOne(async () => left.shift() ?? (await then()));
  };

  test('is as much as there is room for, or is due', async () => {
    const nothing = async () => undefined;
    expect(await dueThen(['a', 'b', 'c'], nothing)(2)).toEqual(['a', 'b']);
    expect(await dueThen(['a'], nothing)(2)).toEqual(['a']);
    expect(await dueThen([], nothing)(2)).toEqual([]);
  });

  test('is worked at as far as it was claimed where the store goes away in between', async () => {
    const gone = () => Promise.reject(new Error('connect ECONNREFUSED'));
    expect(await dueThen(['a'], gone)(2)).toEqual(['a']);
    await expect(dueThen([], gone)(2)).rejects.toThrow('ECONNREFUSED');
  });
});
