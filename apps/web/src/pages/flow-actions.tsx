import { Button } from '@react-spectrum/s2/Button';
import { ButtonGroup } from '@react-spectrum/s2/ButtonGroup';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useState } from 'react';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Flow, isUnderWay, type Run } from '../platform/answers.ts';
import type { FlowAction, PlatformClient } from '../platform/platform-client.ts';
import { wordsOf } from '../use-polling.ts';

const problemLine = style({ flexBasis: 'full', flexShrink: 0 });

/** The way out of each state that the UI offers. */
const transitions: Readonly<Record<string, { readonly action: FlowAction; readonly label: string }>> = {
  enabled: { action: 'disable', label: 'Disable' },
  disabled: { action: 'enable', label: 'Enable' },
};

interface FlowActionsProps {
  readonly client: PlatformClient;
  readonly flow: Flow;
  readonly runs: readonly Run[];
  /** Told when something was done, so that it can be shown. */
  readonly onDone: () => void;
}

/** What can be done with a flow; a refusal is told in a line below. */
export function FlowActions({ client, flow, runs, onDone }: FlowActionsProps) {
  const [pending, setPending] = useState<'run' | 'state'>();
  const [problem, setProblem] = useState<string>();
  const transition = transitions[flow.state];

  const act = async (which: 'run' | 'state', action: () => Promise<void>) => {
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
      <ButtonGroup>
        {transition && (
          <Button
            variant="secondary"
            isPending={pending === 'state'}
            onPress={() => act('state', () => client.changeState(flow, transition.action))}
          >
            {transition.label}
          </Button>
        )}
        <Button
          variant="accent"
          // Pending rather than disabled while it runs, so that the focus stays on it.
          isPending={pending === 'run' || runs.some(isUnderWay)}
          isDisabled={flow.state !== 'enabled'}
          onPress={() => act('run', () => client.startRun(flow.id))}
        >
          Run now
        </Button>
      </ButtonGroup>
      {problem !== undefined && (
        <div className={problemLine}>
          <ProblemAlert title="That was refused" problem={problem} />
        </div>
      )}
    </>
  );
}
