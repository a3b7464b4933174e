import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAhead } from './read-ahead.ts';

async function* bodyOf(chunks: readonly Uint8Array[], onEnd: () => void = () => {}) {
  try {
    yield* chunks;
  } finally {
    onEnd();
  }
}

test('a body is the same to its last byte, and whole where it is short', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(chunks, async (given) => {
      const { isWhole, body } = await readAhead(bodyOf(given));
      const all = Buffer.concat(given);
      expect(isWhole).toBe(all.byteLength <= 16_384);
      expect(Buffer.concat(await Array.fromAsync(body)).equals(all)).toBe(true);
    }),
  );
});

test('a long body that is given up is let go', async () => {
  let isOver = false;
  const chunks = Array.from({ length: 5 }, () => new Uint8Array(10_000));
  const { body } = await readAhead(bodyOf(chunks, () => (isOver = true)));
  for await (const _chunk of body) break;
  expect(isOver).toBe(true);
});

test('a body that breaks off says so', async () => {
  async function* broken() {
    yield new Uint8Array(1);
    throw new Error('cut');
  }
  await expect(readAhead(broken())).rejects.toThrow('cut');
});
