import type { Partition, Sink } from '../source.ts';
import { contentsOf, type FileReading } from './file-content.ts';
import { fileOf } from './partition.ts';

/**
 * Stages the contents of a partition's file, a page each: one, or as many as an archive holds. Archives are read from their
 * beginning again after an interruption; contents that are staged already are passed over.
 */
export async function readFile(
  reading: FileReading,
  partition: Partition,
  sink: Sink,
  signal: AbortSignal | undefined,
): Promise<void> {
  const contents = contentsOf(reading, fileOf(partition), signal);
  try {
    const staged = Number(sink.resumeFrom ?? 0);
    let position = 0;
    let content = await contents.next();
    while (content.done !== true) {
      const { format, body } = content.value;
      const isStaged = position < staged;
      position += 1;
      let following: IteratorResult<typeof content.value, void> | undefined;
      if (isStaged) {
        content = await contents.next();
        continue;
      }
      const next = String(position);
      await sink.stage({
        format,
        rows: undefined,
        body: thenLookOn(body, async () => {
          following = await contents.next();
        }),
        get next() {
          return following?.done === true ? undefined : next;
        },
      });
      // What is small has come whole before anybody could stop it.
      signal?.throwIfAborted();
      content = following ?? (await contents.next());
    }
  } finally {
    await contents.return();
  }
}

/** Whether something follows is known once the body has come to its end. */
async function* thenLookOn(
  body: AsyncIterable<Uint8Array>,
  lookOn: () => Promise<void>,
): AsyncGenerator<Uint8Array, void, void> {
  yield* body;
  await lookOn();
}
