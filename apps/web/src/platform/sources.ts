import { parseSourceTable, type SourceTable } from './answers.ts';
import { resourceOf } from './flow-service.ts';
import type { Call } from './http.ts';
import type { Memory } from './memory.ts';
import { parseSourceSelection, type SourceSelection } from './source-selection.ts';

/** What flows read, by the ids of their source connections. */
export interface Sources {
  table(id: string): Promise<SourceTable>;
  selection(id: string): Promise<SourceSelection>;
}

export function createSources(flowService: Call, remember: Memory): Sources {
  const read = (id: string) => resourceOf(flowService, 'sourceConnections', id);
  return {
    table: (id) => remember(`source ${id}`, async () => parseSourceTable(await read(id))),
    selection: async (id) => parseSourceSelection(await read(id)),
  };
}
