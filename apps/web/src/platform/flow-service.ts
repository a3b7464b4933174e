import { listAt } from '../json.ts';
import type { Call } from './http.ts';

export const FLOW_SERVICE = '/data/foundation/flowservice';

/** Calls the Flow Service by paths that begin behind its own. */
export function flowServiceOf(call: Call): Call {
  return (path, init) => call(`${FLOW_SERVICE}${path}`, init);
}

/** One resource of the Flow Service; `kind` as its paths have it, such as `flows`. */
export async function resourceOf(flowService: Call, kind: string, id: string): Promise<unknown> {
  return listAt(await flowService(`/${kind}/${encodeURIComponent(id)}`), 'items')[0];
}
