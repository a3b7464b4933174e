import { lazy, Suspense, useCallback } from 'react';
import { Loading } from '../parts/loading.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Section } from '../parts/section.tsx';
import type { BaseConnection, ConnectorSpec, DescribedTable } from '../platform/connections.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';

/** Calendars and lists of time zones are loaded when somebody makes a flow. */
const NewFlowForm = lazy(async () => {
  const { NewFlowForm: form } = await import('./new-flow-form.tsx');
  return { default: form };
});

export interface NewFlowProps {
  readonly client: PlatformClient;
  readonly connection: BaseConnection;
  readonly connector: ConnectorSpec;
  readonly table: DescribedTable;
  readonly path: string;
  /** How files are read. */
  readonly reading: Readonly<Record<string, unknown>>;
}

const NO_FLOWS = 'No flow spec of the server begins at such a source.';

/** The way from a table to a flow that lands it. */
export function NewFlowSection(props: NewFlowProps) {
  const { client, connector } = props;
  const load = useCallback(() => client.flowSetup.flowSpecFor(connector.id), [client, connector.id]);
  const [loaded] = usePolling(load, () => 'once');
  const spec = loaded.state === 'loaded' ? loaded.value : undefined;
  const isWithout = loaded.state === 'loaded' && spec === undefined;
  return (
    <Section title="New flow">
      <ProblemAlert
        title="No flow can be made"
        problem={isWithout ? NO_FLOWS : loaded.state === 'loading' ? undefined : loaded.problem}
      />
      {loaded.state === 'loading' && <Loading what="what can be said of flows" />}
      {spec !== undefined && (
        <Suspense fallback={<Loading what="the form" />}>
          <NewFlowForm {...props} spec={spec} />
        </Suspense>
      )}
    </Section>
  );
}
