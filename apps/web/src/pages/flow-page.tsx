import ChevronLeft from '@react-spectrum/s2/icons/ChevronLeft';
import { Link } from '@react-spectrum/s2/Link';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback } from 'react';
import { PageHeading } from '../parts/headings.tsx';
import { Loading } from '../parts/loading.tsx';
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
import { RunsSection } from './runs-section.tsx';

const SHOWN_RUNS = 20;

const top = style({ display: 'flex', flexDirection: 'column', gap: 16 });
const back = style({ display: 'inline-flex', alignItems: 'center', gap: 4 });
const titleLine = style({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  columnGap: 16,
  rowGap: 12,
});
const titleAndState = style({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  columnGap: 16,
  rowGap: 4,
  flexGrow: 1,
  minWidth: 0,
});
const description = style({ font: 'body', margin: 0, marginTop: 12, overflowWrap: 'anywhere' });

/** One flow: what it does, how its runs went, and what has landed. */
export function FlowPage({ client, flowId }: { client: PlatformClient; flowId: string }) {
  const load = useCallback(async () => {
    const [flow, runs] = await Promise.all([client.flow(flowId), client.runs(flowId, SHOWN_RUNS)]);
    return { flow, runs };
  }, [client, flowId]);
  const [page, reload] = usePolling(load, ({ runs }) => (runs.some(isUnderWay) ? 'live' : 'idle'));
  const problem = page.state === 'loading' ? undefined : page.problem;
  const known = page.state === 'loaded' ? page.value : undefined;

  return (
    <>
      <div className={top}>
        <Link href={FLOWS_PATH} isStandalone isQuiet variant="secondary">
          <span className={back}>
            <ChevronLeft aria-hidden="true" />
            All flows
          </span>
        </Link>
        <div className={titleLine}>
          <div className={titleAndState}>
            <PageHeading title={known?.flow.name ?? 'Flow'} />
            {known && <Status wording={flowStateWords(known.flow.state)} announced />}
          </div>
          {known && <FlowActions client={client} flow={known.flow} runs={known.runs} onDone={reload} />}
        </div>
        <ProblemAlert title="The flow could not be loaded" problem={problem} />
      </div>
      {page.state === 'loading' && <Loading what="the flow" />}
      {known && (
        <>
          {known.flow.description !== undefined && (
            <p className={description} dir="auto">
              {known.flow.description}
            </p>
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
