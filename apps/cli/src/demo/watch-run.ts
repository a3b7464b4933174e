import { setTimeout as pause } from 'node:timers/promises';
import { type PlatformClient, valueAt } from './platform-client.ts';

/** How far a run is when it is in a step, for a bar that people watch. */
const shares: Readonly<Record<string, number>> = {
  pending: 0,
  planning: 0.1,
  extracting: 0.3,
  transforming: 0.7,
  committing: 0.9,
};
const BAR_WIDTH = 30;
const POLL_MS = 100;
const underWay: ReadonlySet<unknown> = new Set(['queued', 'inProgress', undefined]);

/** Waits for a flow's newest run to end, with a progress bar; the run as the Flow Service shows it. */
export async function watchRun(
  client: PlatformClient,
  flowId: string,
  screen: NodeJS.WriteStream,
): Promise<unknown> {
  const path = `/data/foundation/flowservice/runs?property=flowId==${flowId}`;
  for (;;) {
    const answer = await client.call({ method: 'GET', path });
    const run = valueAt(answer, 'items', 0);
    const summary = valueAt(run, 'metrics', 'statusSummary');
    const status = valueAt(summary, 'status');
    const isOver = !underWay.has(status);
    const step = String(valueAt(summary, 'extensions', 'step') ?? 'pending');
    draw(screen, isOver ? 1 : (shares[step] ?? 0), isOver ? String(status) : step);
    if (isOver) {
      screen.write('\n');
      return run;
    }
    await pause(POLL_MS);
  }
}

function draw(screen: NodeJS.WriteStream, share: number, label: string): void {
  if (!screen.isTTY && share < 1) return;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  screen.write(
    `${screen.isTTY ? '\r\u001b[2K' : ''}  ${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${label}`,
  );
}
