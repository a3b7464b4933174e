import { expect, test } from 'vitest';
import { ClosingStack } from './closing-stack.ts';

test('closes last first, each once', async () => {
  const closed: string[] = [];
  const stack = new ClosingStack();
  for (const name of ['store', 'engine', 'front']) stack.add(async () => closed.push(name));
  await stack.close();
  await stack.close();
  expect(closed).toEqual(['front', 'engine', 'store']);
});

test('closes the others too where one fails, and tells of the first failure', async () => {
  const closed: string[] = [];
  const stack = new ClosingStack();
  stack.add(async () => closed.push('store'));
  stack.add(() => Promise.reject(new Error('the engine is stuck')));
  stack.add(() => {
    throw new Error('the front is stuck');
  });
  await expect(stack.close()).rejects.toThrow('the front is stuck');
  expect(closed).toEqual(['store']);
});
