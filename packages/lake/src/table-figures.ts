import type { TableMetadata } from './table-metadata.ts';

/** How much a table holds. Undefined where the engine that wrote it last did not say. */
export interface TableFigures {
  readonly rows: number | undefined;
  readonly bytes: number | undefined;
  readonly files: number | undefined;
}

/** By the totals that the current snapshot's summary has (Iceberg spec, appendix F). */
export function tableFigures(metadata: TableMetadata): TableFigures {
  const currentId = metadata['current-snapshot-id'];
  const snapshot = metadata.snapshots.find((candidate) => candidate['snapshot-id'] === currentId);
  if (snapshot === undefined) return { rows: 0, bytes: 0, files: 0 };
  const total = (name: string) => {
    const text = snapshot.summary[`total-${name}`];
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const [written, deleted = 0] = [total('records'), total('position-deletes')];
  // Each deleted row is named once, and no delete outlives its data file, in what Tributary commits.
  const rows = written === undefined ? undefined : Math.max(0, written - deleted);
  return { rows, bytes: total('files-size'), files: total('data-files') };
}
