import { Button } from '@react-spectrum/s2/Button';
import { useCallback, useState } from 'react';
import { Actions } from '../parts/actions.tsx';
import { ConfirmedButton } from '../parts/confirmed-button.tsx';
import { type Fact, Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { PageTop } from '../parts/page-top.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Section } from '../parts/section.tsx';
import { Status } from '../parts/status.tsx';
import type { BaseConnection, ConnectorSpec } from '../platform/connections.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { labelOf } from '../spec/label-of.ts';
import { useAction } from '../use-action.ts';
import { usePolling } from '../use-polling.ts';
import { CONNECTIONS_PATH, navigate } from '../use-route.ts';
import { ConnectionForm } from './connection-form.tsx';
import { ExploreSection } from './explore-section.tsx';

const PARENT = { path: CONNECTIONS_PATH, name: 'All connections' };
const SIGNED_IN = { words: 'Signed in', tone: 'positive' } as const;

interface ConnectionPageProps {
  readonly client: PlatformClient;
  readonly connectionId: string;
}

/** One base connection: how it signs in, and what there is behind it for flows to read. */
export function ConnectionPage({ client, connectionId }: ConnectionPageProps) {
  const load = useCallback(() => loadConnection(client, connectionId), [client, connectionId]);
  const [loaded, reload] = usePolling(load, () => 'once');
  const [isChanging, setChanging] = useState(false);
  const testing = useAction();
  const removing = useAction();
  const [isSignedIn, setSignedIn] = useState(false);
  const known = loaded.state === 'loaded' ? loaded.value : undefined;

  const test = async () => setSignedIn(await testing.run(() => client.connections.test(connectionId)));
  const remove = async (connection: BaseConnection) => {
    if (await removing.run(() => client.connections.remove(connection))) navigate(CONNECTIONS_PATH);
  };
  return (
    <>
      <PageTop
        title={known?.connection.name ?? 'Connection'}
        parent={PARENT}
        status={isSignedIn && <Status wording={SIGNED_IN} announced />}
        actions={
          known && (
            <Actions>
              <Button variant="secondary" isPending={testing.isPending} onPress={test}>
                Test
              </Button>
              <Button variant="secondary" onPress={() => setChanging(!isChanging)}>
                {isChanging ? 'Cancel' : 'Change'}
              </Button>
              <ConfirmedButton
                label="Delete"
                question="Delete this connection?"
                consequence="Its credentials go for good. A connection that flows read from cannot be deleted."
                isPending={removing.isPending}
                onConfirm={() => void remove(known.connection)}
              />
            </Actions>
          )
        }
      >
        <ProblemAlert
          title="The connection could not be loaded"
          problem={loaded.state === 'loading' ? undefined : loaded.problem}
        />
        <ProblemAlert title="Signing in failed" problem={testing.problem} />
        <ProblemAlert title="It could not be deleted" problem={removing.problem} />
      </PageTop>
      {loaded.state === 'loading' && <Loading what="the connection" />}
      {known &&
        (isChanging ? (
          <Section title={`Connect to ${known.connector.name}`}>
            <ConnectionForm
              client={client}
              connector={known.connector}
              connection={known.connection}
              onDone={() => {
                setChanging(false);
                setSignedIn(true);
                reload();
              }}
            />
          </Section>
        ) : (
          <Section title="Details">
            <Facts facts={factsOf(known.connection, known.connector)} />
          </Section>
        ))}
      {known && !isChanging && (
        <ExploreSection
          key={known.connection.etag}
          client={client}
          connection={known.connection}
          connector={known.connector}
        />
      )}
    </>
  );
}

function factsOf(connection: BaseConnection, connector: ConnectorSpec): readonly Fact[] {
  return [
    { term: 'Source', definition: connector.name },
    { term: 'Signs in by', definition: connection.authName },
    ...Object.entries(connection.params).map(
      ([name, value]): Fact => ({
        term: labelOf(name),
        definition: String(value),
      }),
    ),
    { term: 'Connection ID', definition: connection.id, kind: 'code' },
  ];
}

async function loadConnection(client: PlatformClient, id: string) {
  const [connection, connectors] = await Promise.all([
    client.connections.get(id),
    client.connections.connectors(),
  ]);
  const connector = connectors.find((each) => each.id === connection.connectorId);
  if (connector === undefined)
    throw new Error('The server does not know the source of this connection any more.');
  return { connection, connector };
}
