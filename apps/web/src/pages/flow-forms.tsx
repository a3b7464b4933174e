import { lazy, Suspense, useCallback } from 'react';
import { Focused } from '../parts/focused.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Section } from '../parts/section.tsx';
import type { Flow } from '../platform/answers.ts';
import { loadFlowSubject } from '../platform/flow-subject.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';

/* Loaded when somebody asks for them: they bring calendars and lists of time zones. */
const FlowSettingsForm = lazy(async () => {
  const { FlowSettingsForm: form } = await import('./flow-settings-form.tsx');
  return { default: form };
});
const RunRequestForm = lazy(async () => {
  const { RunRequestForm: form } = await import('./run-request-form.tsx');
  return { default: form };
});

/** What a person may be about to say of a flow. */
export type FlowFormKind = 'settings' | 'run';

interface FlowFormProps {
  readonly kind: FlowFormKind;
  readonly client: PlatformClient;
  readonly flow: Flow;
  readonly onDone: () => void;
}

/** The form for a flow's settings, or for a run of its own kind. */
export function FlowForm({ kind, client, flow, onDone }: FlowFormProps) {
  // The flow is read anew all the time; what can be said of it stays the same.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the id stands for the flow
  const load = useCallback(() => loadFlowSubject(client, flow), [client, flow.id]);
  const [loaded] = usePolling(load, () => 'once');
  const isSettings = kind === 'settings';
  return (
    <Focused>
      <Section title={isSettings ? 'Change the flow' : 'Run otherwise'}>
        <ProblemAlert
          title="What can be said of the flow could not be loaded"
          problem={loaded.state === 'loading' ? undefined : loaded.problem}
        />
        {loaded.state === 'loading' && <Loading what="the flow’s source" />}
        {loaded.state === 'loaded' && (
          <Suspense fallback={<Loading what="the form" />}>
            {isSettings ? (
              <FlowSettingsForm client={client} flow={flow} subject={loaded.value} onDone={onDone} />
            ) : (
              <RunRequestForm client={client} flow={flow} subject={loaded.value} onDone={onDone} />
            )}
          </Suspense>
        )}
      </Section>
    </Focused>
  );
}
