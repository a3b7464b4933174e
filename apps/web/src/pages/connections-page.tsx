import { Link } from '@react-spectrum/s2/Link';
import { LinkButton } from '@react-spectrum/s2/LinkButton';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback } from 'react';
import { Loading } from '../parts/loading.tsx';
import { PageTop } from '../parts/page-top.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Status } from '../parts/status.tsx';
import type { BaseConnection } from '../platform/connections.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';
import { connectionPath, NEW_CONNECTION_PATH } from '../use-route.ts';
import { flowStateWords } from '../wording.ts';

const content = style({ display: 'flex', flexDirection: 'column', gap: 20 });
const text = style({ font: 'body', margin: 0, maxWidth: 640 });

/** All base connections: what flows read from. */
export function ConnectionsPage({ client }: { client: PlatformClient }) {
  const load = useCallback(() => loadConnections(client), [client]);
  const [list] = usePolling(load, () => 'idle');
  const connections = list.state === 'loaded' ? list.value : undefined;
  return (
    <div className={content}>
      <PageTop
        title="Connections"
        actions={
          <LinkButton href={NEW_CONNECTION_PATH} variant="accent">
            New connection
          </LinkButton>
        }
      />
      <ProblemAlert
        title="The connections could not be loaded"
        problem={list.state === 'loading' ? undefined : list.problem}
      />
      {list.state === 'loading' && <Loading what="connections" />}
      {connections?.length === 0 && (
        <p className={text}>
          There are no connections yet. A connection says how to sign in at a source: a CRM, a database, or a
          place where files lie. Flows read from it: pick a connection, look into it, and land what you find.
        </p>
      )}
      {connections !== undefined && connections.length > 0 && (
        <RecordTable
          label="Connections"
          columns={columns}
          records={connections}
          keyOf={({ connection }) => connection.id}
          onNarrow="cards"
        />
      )}
    </div>
  );
}

interface ListedConnection {
  readonly connection: BaseConnection;
  readonly source: string;
}

const columns: readonly Column<ListedConnection>[] = [
  {
    title: 'Name',
    cell: ({ connection }) => (
      <Link href={connectionPath(connection.id)} isStandalone>
        <bdi>{connection.name}</bdi>
      </Link>
    ),
  },
  { title: 'Source', cell: ({ source }) => source },
  { title: 'Signs in by', cell: ({ connection }) => connection.authName },
  {
    title: 'State',
    cell: ({ connection }) => <Status wording={flowStateWords(connection.state)} />,
    isShort: true,
  },
];

async function loadConnections(client: PlatformClient): Promise<readonly ListedConnection[]> {
  const [connections, connectors] = await Promise.all([
    client.connections.list(),
    client.connections.connectors(),
  ]);
  const names = new Map(connectors.map(({ id, name }) => [id, name]));
  return connections.map((connection) => ({
    connection,
    source: names.get(connection.connectorId) ?? connection.connectorId,
  }));
}
