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
const description = style({ font: 'body', margin: 0, overflowWrap: 'anywhere' });

/** One flow: what it does, how its runs went, and what has landed. */
export function FlowPage({ client, flowId }: { client: PlatformClient; flowId: string }) {
  const load = useCallback(async () => {
    const [flow, runs] = await Promise.all([client.flow(flowId), client.runs(flowId, SHOWN_RUNS)]);
    return { flow, runs };
  }, [client, flowId]);
  const [page, reload] = usePolling(load, ({ runs }) => (runs.some(isUnderWay) ? 'live' : 'idle'));
  const problem = page.state === 'loading' ? undefined : page.problem;

  return (
    <>
      <div className={top}>
        <Link href={FLOWS_PATH} isStandalone isQuiet variant="secondary">
          <span className={back}>
            <ChevronLeft aria-hidden="true" />
            All flows
          </span>
        </Link>
        {page.state === 'loaded' ? (
          <div className={titleLine}>
            <div className={titleAndState}>
              <PageHeading title={page.value.flow.name} />
              <Status wording={flowStateWords(page.value.flow.state)} announced />
            </div>
            <FlowActions client={client} flow={page.value.flow} runs={page.value.runs} onDone={reload} />
          </div>
        ) : (
          <PageHeading title="Flow" />
        )}
        <ProblemAlert title="The flow could not be loaded" problem={problem} />
      </div>
      {page.state === 'loading' && <Loading what="the flow" />}
      {page.state === 'loaded' && (
        <>
          {page.value.flow.description !== undefined && (
            <p className={description}>{page.value.flow.description}</p>
          )}
          <Section title="Details">
            <FlowFacts client={client} flow={page.value.flow} />
          </Section>
          <RunsSection runs={page.value.runs} />
          {page.value.flow.targetConnectionId !== undefined && (
            <DataSetSection
              client={client}
              targetConnectionId={page.value.flow.targetConnectionId}
              newestEndedRunId={page.value.runs.find((run) => !isUnderWay(run))?.id}
            />
          )}
        </>
      )}
    </>
  );
}
