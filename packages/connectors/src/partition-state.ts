import { createHash } from 'node:crypto';
import { type Partition, SourceError } from './source.ts';

/** A short text that stands for a longer one in a partition's id: the same for the same, and for no other. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** A partition's state is not understood, as another version may have written it: planned anew, it will be. */
export function unknownPartition({ id }: Pick<Partition, 'id'>): SourceError {
  return new SourceError('expired', 'UNKNOWN_PARTITION', `Partition ${id} is not one that can be read`);
}
