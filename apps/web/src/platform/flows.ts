import { listAt, textAt } from '../json.ts';
import { type Flow, parseFlow } from './answers.ts';
import { resourceOf } from './flow-service.ts';
import type { Call } from './http.ts';

export type FlowAction = 'enable' | 'disable' | 'publish';

/** One operation of JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** Flows that are there. What changes one is refused where it has changed since it was read. */
export interface Flows {
  /** The newest, and whether there are more. */
  list(limit: number): Promise<{ readonly flows: readonly Flow[]; readonly hasMore: boolean }>;
  get(id: string): Promise<Flow>;
  changeState(flow: Flow, action: FlowAction): Promise<void>;
  change(flow: Flow, operations: readonly PatchOperation[]): Promise<void>;
  /** Deletes its source and target connection, too, where nothing else uses them. What has landed stays. */
  remove(flow: Flow): Promise<void>;
}

export function createFlows(flowService: Call): Flows {
  const at = (id: string) => `/flows/${encodeURIComponent(id)}`;
  const removeConnection = async (kind: string, id: string | undefined) => {
    if (id !== undefined) await flowService(`/${kind}/${encodeURIComponent(id)}`, { method: 'DELETE' });
  };
  return {
    async list(limit) {
      const answer = await flowService(`/flows?limit=${limit}`);
      return {
        flows: listAt(answer, 'items').map(parseFlow),
        hasMore: textAt(answer, '_links', 'next', 'href') !== undefined,
      };
    },
    get: async (id) => parseFlow(await resourceOf(flowService, 'flows', id)),
    async changeState({ id, etag }, action) {
      await flowService(`${at(id)}/action?op=${action}`, {
        method: 'POST',
        headers: { 'if-match': etag },
      });
    },
    async change({ id, etag }, operations) {
      await flowService(at(id), {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', 'if-match': etag },
        body: JSON.stringify(operations),
      });
    },
    async remove({ id, etag, sourceConnectionId, targetConnectionId }) {
      await flowService(at(id), { method: 'DELETE', headers: { 'if-match': etag } });
      // The server refuses where they are in use.
      await Promise.allSettled([
        removeConnection('sourceConnections', sourceConnectionId),
        removeConnection('targetConnections', targetConnectionId),
      ]);
    },
  };
}
