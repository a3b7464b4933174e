import { textAt, textsAt } from '../json.ts';
import { digestOf, unknownPartition } from '../partition-state.ts';
import type { Partition } from '../source.ts';

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
  return { id: `rows-${digestOf(state.path)}`, announcedRows, state: { ...state } };
}

/**
 * Reads the state of a partition that may have been stored by another process or version.
 *
 * @throws SourceError `expired` where it is not understood: planned anew, it will be.
 */
export function partitionStateOf(partition: Partition): PartitionState {
  const { state } = partition;
  const { keys } = state;
  const annotations = textsAt(state, 'annotations');
  const entitySet = textAt(state, 'entitySet') ?? '';
  const path = textAt(state, 'path') ?? '';
  const isPath = ENTITY_SET.test(entitySet) && (path === entitySet || path.startsWith(`${entitySet}?`));
  if (isPath && annotations !== undefined && isTextByName(keys))
    return {
      entitySet,
      path,
      filter: textAt(state, 'filter'),
      annotations,
      keys,
      deletedRowsKey: textAt(state, 'deletedRowsKey'),
      changesOf: textAt(state, 'changesOf'),
    };
  throw unknownPartition(partition);
}

function isTextByName(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((item) => typeof item === 'string')
  );
}
