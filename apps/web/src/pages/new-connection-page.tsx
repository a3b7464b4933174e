import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useState } from 'react';
import { ChoiceCards } from '../parts/choice-cards.tsx';
import { Loading } from '../parts/loading.tsx';
import { PageTop } from '../parts/page-top.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Section } from '../parts/section.tsx';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';
import { CONNECTIONS_PATH, connectionPath, navigate } from '../use-route.ts';
import { ConnectionForm } from './connection-form.tsx';

const content = style({ display: 'flex', flexDirection: 'column', gap: 20 });

/** Picks a source and says how to sign in there. */
export function NewConnectionPage({ client }: { client: PlatformClient }) {
  const load = useCallback(() => client.connections.connectors(), [client]);
  const [loaded] = usePolling(load, () => 'once');
  const [connectorId, setConnectorId] = useState<string>();
  const connectors = loaded.state === 'loaded' ? loaded.value : [];
  const connector = connectors.find(({ id }) => id === connectorId);
  return (
    <>
      <div className={content}>
        <PageTop title="New connection" parent={{ path: CONNECTIONS_PATH, name: 'All connections' }} />
        <ProblemAlert
          title="The sources could not be loaded"
          problem={loaded.state === 'loading' ? undefined : loaded.problem}
        />
        {loaded.state === 'loading' && <Loading what="the sources" />}
        {connectors.length > 0 && (
          <ChoiceCards
            label="Source"
            choices={connectors.map(({ id, name, category, description }) => ({
              id,
              name,
              note: description ?? category,
            }))}
            chosen={connectorId}
            onChoose={setConnectorId}
          />
        )}
      </div>
      {connector !== undefined && (
        <Section title={`Connect to ${connector.name}`}>
          <ConnectionForm
            key={connector.id}
            client={client}
            connector={connector}
            connection={undefined}
            onDone={(id) => navigate(connectionPath(id))}
          />
        </Section>
      )}
    </>
  );
}
