import { createHash } from 'node:crypto';
import { textAt } from '../json.ts';
import { type Partition, SourceError } from '../source.ts';

/** Rows that one chain of pages gives. */
export interface PartitionState {
  readonly entitySet: string;
  /** Path and query of the first page, below the API's root. */
  readonly path: string;
  /** What the rows are counted by. */
  readonly filter: string | undefined;
  readonly annotations: readonly string[];
  readonly keys: Readonly<Record<string, string>>;
  /** The key of rows that are gone, where pages are to be read for these too. */
  readonly deletedRowsKey: string | undefined;
  /** Logical name of the table, where the pages are those of its changes and end in a delta link. */
  readonly changesOf: string | undefined;
}

const ENTITY_SET = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export function partitionOf(state: PartitionState, announcedRows: number | undefined): Partition {
  const id = createHash('sha256').update(state.path).digest('hex').slice(0, 16);
  return { id: `rows-${id}`, announcedRows, state: { ...state } };
}

/**
 * Reads the state of a partition that may have been stored by another process or version.
 *
 * @throws SourceError `expired` where it is not understood: planned anew, it will be.
 */
export function partitionStateOf({ id, state }: Partition): PartitionState {
  const { annotations, keys } = state;
  const entitySet = textAt(state, 'entitySet') ?? '';
  const path = textAt(state, 'path') ?? '';
  const isPath = ENTITY_SET.test(entitySet) && (path === entitySet || path.startsWith(`${entitySet}?`));
  if (isPath && isTexts(annotations) && isTextByName(keys))
    return {
      entitySet,
      path,
      filter: textAt(state, 'filter'),
      annotations,
      keys,
      deletedRowsKey: textAt(state, 'deletedRowsKey'),
      changesOf: textAt(state, 'changesOf'),
    };
  throw new SourceError('expired', 'UNKNOWN_PARTITION', `Partition ${id} is not one that can be read`);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isTextByName(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && isTexts(Object.values(value));
}
