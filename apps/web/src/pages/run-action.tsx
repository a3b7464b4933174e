import { Button } from '@react-spectrum/s2/Button';
import { useState } from 'react';
import { actionsFor, hasMissed } from '../flow/run-actions.ts';
import { Actions } from '../parts/actions.tsx';
import type { Flow, Run } from '../platform/answers.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import type { RunAction as Action } from '../platform/runs.ts';
import { wordsOf } from '../use-polling.ts';

export interface RunActionProps {
  readonly client: PlatformClient;
  readonly flow: Flow;
  /** All that are shown: a flow has one open run at most. */
  readonly runs: readonly Run[];
  /** Told what was refused; undefined when something is tried anew. */
  readonly onProblem: (problem: string | undefined) => void;
  /**
   * Told when something was done or refused, and the run to be shown now: the one acted on, or the one that
   * came of it.
   */
  readonly onDone: (runId: string) => void;
}

const labels: Readonly<Record<Action, string>> = {
  cancel: 'Cancel',
  're-trigger': 'Run again',
  'accept-drift': 'Accept the columns and run',
};

function actionWords(action: Action, run: Run): string {
  return action === 're-trigger' && !hasMissed(run) ? 'Try held-back files again' : labels[action];
}

/** What can be done with one run. */
export function RunAction({
  client,
  flow,
  run,
  runs,
  onProblem,
  onDone,
}: RunActionProps & { readonly run: Run }) {
  const [pending, setPending] = useState<Action>();
  const actions = actionsFor(run, flow, runs);
  if (actions.length === 0) return null;

  const act = async (action: Action) => {
    setPending(action);
    onProblem(undefined);
    try {
      onDone(await client.runs.act(run, action));
    } catch (error) {
      onProblem(wordsOf(error));
      onDone(run.id);
    } finally {
      setPending(undefined);
    }
  };
  return (
    <Actions>
      {actions.map((action) => (
        <Button
          key={action}
          variant="secondary"
          size="S"
          isPending={pending === action}
          onPress={() => act(action)}
        >
          {actionWords(action, run)}
        </Button>
      ))}
    </Actions>
  );
}
