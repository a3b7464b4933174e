import { Button } from '@react-spectrum/s2/Button';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useState } from 'react';
import { Actions } from '../parts/actions.tsx';
import { ConfirmedButton } from '../parts/confirmed-button.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Flow, isUnderWay, type Run } from '../platform/answers.ts';
import type { FlowAction } from '../platform/flows.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { wordsOf } from '../use-polling.ts';
import { FLOWS_PATH, navigate } from '../use-route.ts';
import type { FlowFormKind } from './flow-forms.tsx';

const problemLine = style({ flexBasis: 'full', flexShrink: 0 });

/** The way out of each state that the UI offers. */
const transitions: Readonly<Record<string, { readonly action: FlowAction; readonly label: string }>> = {
  draft: { action: 'publish', label: 'Publish' },
  enabled: { action: 'disable', label: 'Disable' },
  disabled: { action: 'enable', label: 'Enable' },
};

interface FlowActionsProps {
  readonly client: PlatformClient;
  readonly flow: Flow;
  readonly runs: readonly Run[];
  /** Told when something was done, so that it can be shown. */
  readonly onDone: () => void;
  /** Told which form is asked for. */
  readonly onForm: (kind: FlowFormKind) => void;
}

/** What can be done with a flow; a refusal is told in a line below. */
export function FlowActions({ client, flow, runs, onDone, onForm }: FlowActionsProps) {
  const [pending, setPending] = useState<'run' | 'state' | 'delete'>();
  const [problem, setProblem] = useState<string>();
  const transition = transitions[flow.state];

  const act = async (which: 'run' | 'state' | 'delete', action: () => Promise<void>) => {
    setPending(which);
    setProblem(undefined);
    try {
      await action();
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setPending(undefined);
      onDone();
    }
  };

  return (
    <>
      <Actions>
        {transition && (
          <Button
            variant="secondary"
            isPending={pending === 'state'}
            onPress={() => act('state', () => client.flows.changeState(flow, transition.action))}
          >
            {transition.label}
          </Button>
        )}
        <Button variant="secondary" onPress={() => onForm('settings')}>
          Change
        </Button>
        <ConfirmedButton
          label="Delete"
          question="Delete this flow?"
          consequence="It runs no more, and a run that is under way ends. Its source and target connection go with it where nothing else uses them; the rows that have landed stay in their dataset."
          isPending={pending === 'delete'}
          onConfirm={() => act('delete', () => client.flows.remove(flow).then(() => navigate(FLOWS_PATH)))}
        />
        <Button variant="secondary" isDisabled={flow.state !== 'enabled'} onPress={() => onForm('run')}>
          Run otherwise…
        </Button>
        <Button
          variant="accent"
          // Pending rather than disabled while it runs, so that the focus stays on it.
          isPending={pending === 'run' || runs.some(isUnderWay)}
          isDisabled={flow.state !== 'enabled'}
          onPress={() => act('run', () => client.runs.start(flow.id))}
        >
          Run now
        </Button>
      </Actions>
      {problem !== undefined && (
        <div className={problemLine}>
          <ProblemAlert title="That was refused" problem={problem} />
        </div>
      )}
    </>
  );
}
