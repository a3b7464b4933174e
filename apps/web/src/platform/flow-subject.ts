import type { Flow } from './answers.ts';
import type { DescribedTable } from './connections.ts';
import type { FlowSpec } from './flow-setup.ts';
import type { PlatformClient } from './platform-client.ts';

/** What can be said of a flow: its spec, and the columns of what it reads. */
export interface FlowSubject {
  readonly spec: FlowSpec;
  readonly table: DescribedTable;
  readonly isOfFiles: boolean;
}

/** Asks the source; where that does not answer, only the columns are known that the flow itself names. */
export async function loadFlowSubject(client: PlatformClient, flow: Flow): Promise<FlowSubject> {
  const [spec, selection, connectors] = await Promise.all([
    client.flowSetup.flowSpec(flow.flowSpecId ?? ''),
    client.sources.selection(flow.sourceConnectionId ?? ''),
    client.connections.connectors(),
  ]);
  const { baseConnectionId, connectorId, path, reading } = selection;
  const objectType = connectors.find(({ id }) => id === connectorId)?.objectType ?? 'table';
  const table =
    baseConnectionId === undefined || path === undefined
      ? undefined
      : await client.connections
          .describe(baseConnectionId, { objectType, path, reading, rows: 0 })
          .catch(() => undefined);
  return { spec, table: table ?? tableOf(flow), isOfFiles: objectType === 'file' };
}

function tableOf({ keyColumns, deltaColumn }: Flow): DescribedTable {
  const names = new Set([...keyColumns, ...(deltaColumn === undefined ? [] : [deltaColumn])]);
  return {
    columns: [...names].map((name) => ({ name, type: 'any', isTime: name === deltaColumn, paths: [[name]] })),
    keyColumns: [],
    deltaColumns: [],
    computedColumns: [],
    notices: [],
    rows: [],
  };
}
