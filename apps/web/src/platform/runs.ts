import { listAt, textAt } from '../json.ts';
import { isUnderWay, parseRun, type Run, required } from './answers.ts';
import { resourceOf } from './flow-service.ts';
import { type Call, jsonBody } from './http.ts';
import type { Memory } from './memory.ts';
import { parseRunDetails, type RunDetails } from './run-details.ts';

export type RunAction = 'cancel' | 're-trigger' | 'accept-drift';

export interface Runs {
  /** A flow's newest, newest first. */
  list(flowId: string, limit: number): Promise<readonly Run[]>;
  get(id: string): Promise<Run>;
  /** What is told of one run beside what lists show. */
  details(id: string): Promise<RunDetails>;
  /** `params` as the Flow Service takes them; without any a run takes what has changed. */
  start(flowId: string, params?: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Ends a run that is under way, or runs what another one has left to read. Answers the id of the run that
   * this is now.
   */
  act(run: Run, action: RunAction): Promise<string>;
}

export function createRuns(flowService: Call, remember: Memory): Runs {
  const read = (id: string) => resourceOf(flowService, 'runs', id);
  return {
    async list(flowId, limit) {
      const property = encodeURIComponent(`flowId==${flowId}`);
      return listAt(await flowService(`/runs?property=${property}&limit=${limit}`), 'items').map(parseRun);
    },
    // One that has ended does not change.
    get: (id) =>
      remember(
        `run ${id}`,
        async () => parseRun(await read(id)),
        (run) => !isUnderWay(run),
      ),
    details: async (id) => parseRunDetails(await read(id)),
    async start(flowId, params) {
      await flowService('/runs', jsonBody({ flowId, ...(params && { params }) }));
    },
    async act({ id }, action) {
      const path = `/runs/${encodeURIComponent(id)}/action?op=${action}`;
      return required(textAt(await flowService(path, { method: 'POST' }), 'id'), 'id of the run');
    },
  };
}
