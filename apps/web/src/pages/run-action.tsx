import { Button } from '@react-spectrum/s2/Button';
import { useState } from 'react';
import { type Flow, isUnderWay, type Run } from '../platform/answers.ts';
import type { RunAction as Action, PlatformClient } from '../platform/platform-client.ts';
import { wordsOf } from '../use-polling.ts';

export interface RunActionProps {
  readonly client: PlatformClient;
  readonly flow: Flow;
  /** All that are shown: a flow has one open run at most. */
  readonly runs: readonly Run[];
  /** Told what was refused; undefined when something is tried anew. */
  readonly onProblem: (problem: string | undefined) => void;
  /** Told when something was done, so that it can be shown. */
  readonly onDone: () => void;
}

/** What can be done with one run: an open one is cancelled, one that has failed or was cancelled is run again. */
export function RunAction({
  client,
  flow,
  run,
  runs,
  onProblem,
  onDone,
}: RunActionProps & { readonly run: Run }) {
  const [isPending, setPending] = useState(false);
  const action = actionFor(run, flow, runs);
  if (action === undefined) return null;

  const act = async () => {
    setPending(true);
    onProblem(undefined);
    try {
      await client.act(run, action);
    } catch (error) {
      onProblem(wordsOf(error));
    } finally {
      setPending(false);
      onDone();
    }
  };
  return (
    <Button variant="secondary" size="S" isPending={isPending} onPress={act}>
      {action === 'cancel' ? 'Cancel' : 'Run again'}
    </Button>
  );
}

/** Undefined where there is nothing to be done that the server would take. */
export function actionFor(run: Run, flow: Flow, runs: readonly Run[]): Action | undefined {
  if (isUnderWay(run)) return 'cancel';
  const hasMissed = run.status === 'failed' || run.status === 'cancelled';
  return hasMissed && flow.state === 'enabled' && !runs.some(isUnderWay) ? 're-trigger' : undefined;
}
