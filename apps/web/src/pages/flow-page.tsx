import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useState } from 'react';
import { Loading } from '../parts/loading.tsx';
import { PageTop } from '../parts/page-top.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Section } from '../parts/section.tsx';
import { Status } from '../parts/status.tsx';
import { isUnderWay } from '../platform/answers.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';
import { FLOWS_PATH } from '../use-route.ts';
import { flowStateWords } from '../wording.ts';
import { DataSetSection } from './data-set-section.tsx';
import { FlowActions } from './flow-actions.tsx';
import { FlowFacts } from './flow-facts.tsx';
import { FlowForm, type FlowFormKind } from './flow-forms.tsx';
import { RunsSection } from './runs-section.tsx';

const SHOWN_RUNS = 20;

const description = style({ font: 'body', margin: 0, marginTop: 12, overflowWrap: 'anywhere' });

/** One flow: what it does, how its runs went, and what has landed. */
export function FlowPage({ client, flowId }: { client: PlatformClient; flowId: string }) {
  const load = useCallback(async () => {
    const [flow, runs] = await Promise.all([client.flows.get(flowId), client.runs.list(flowId, SHOWN_RUNS)]);
    return { flow, runs };
  }, [client, flowId]);
  const [page, reload] = usePolling(load, ({ runs }) => (runs.some(isUnderWay) ? 'live' : 'idle'));
  const [form, setForm] = useState<FlowFormKind>();
  const problem = page.state === 'loading' ? undefined : page.problem;
  const known = page.state === 'loaded' ? page.value : undefined;

  return (
    <>
      <PageTop
        title={known?.flow.name ?? 'Flow'}
        parent={{ path: FLOWS_PATH, name: 'All flows' }}
        status={known && <Status wording={flowStateWords(known.flow.state)} announced />}
        actions={
          known && (
            <FlowActions
              client={client}
              flow={known.flow}
              runs={known.runs}
              onDone={reload}
              onForm={(kind) => setForm(form === kind ? undefined : kind)}
            />
          )
        }
      >
        <ProblemAlert title="The flow could not be loaded" problem={problem} />
      </PageTop>
      {page.state === 'loading' && <Loading what="the flow" />}
      {known && (
        <>
          {known.flow.description !== undefined && (
            <p className={description} dir="auto">
              {known.flow.description}
            </p>
          )}
          {form !== undefined && (
            <FlowForm
              key={form}
              kind={form}
              client={client}
              flow={known.flow}
              onDone={() => {
                setForm(undefined);
                reload();
              }}
            />
          )}
          <Section title="Details">
            <FlowFacts client={client} flow={known.flow} />
          </Section>
          <RunsSection client={client} flow={known.flow} runs={known.runs} onDone={reload} />
          {known.flow.targetConnectionId !== undefined && (
            <DataSetSection
              client={client}
              targetConnectionId={known.flow.targetConnectionId}
              newestEndedRunId={known.runs.find((run) => !isUnderWay(run))?.id}
            />
          )}
        </>
      )}
    </>
  );
}
