import type { RunRecord, ScopedStore } from '@tributary/store';
import type { FlowDocument } from './documents.ts';
import { FlowUnfit } from './failure.ts';
import { named, otherFlowsInto } from './other-flows.ts';
import type { FlowViolation, PreparedFlow } from './prepare-flow.ts';
import { writeModeOf } from './write-mode.ts';

/**
 * Why a flow may not land in a dataset beside the flows that do: when a mirror compares all rows, those that came from
 * elsewhere are not at its source, and go. Undefined where none of them is one, or it would be alone.
 *
 * For it to hold until the transaction ends, the dataset must be held for update.
 */
export async function mirrorConflict(
  store: ScopedStore,
  flowId: string,
  flow: Pick<FlowDocument, 'transformations'>,
  dataSetId: string,
): Promise<FlowViolation | undefined> {
  const others = await otherFlowsInto(store, dataSetId, flowId);
  if (isMirror(flow) && others.length > 0) {
    return {
      path: `/transformations/${flow.transformations.findIndex(({ name }) => name === 'Copy')}/params/mode`,
      message: `is mirror, which needs a dataset of its own, for rows that are not at its source go: ${named(others)} lands in the dataset ${dataSetId} too. Choose another dataset or the mode upsert, or delete the other flow`,
    };
  }
  const mirrors = others.filter(isMirror);
  if (mirrors.length === 0) return undefined;
  return {
    path: '/targetConnectionIds/0',
    message: `leads to the dataset ${dataSetId}, which ${named(mirrors)} keeps as a mirror of its source: rows from elsewhere would go. Choose another dataset, or set the mode of that flow to upsert`,
  };
}

function isMirror(flow: Pick<FlowDocument, 'transformations'>): boolean {
  const read = writeModeOf(flow);
  return read.ok && read.mode.kind === 'mirror';
}

/** @throws {FlowUnfit} where a mirror is not alone in its dataset any more */
export async function requireAlone(
  store: ScopedStore,
  { flowId }: Pick<RunRecord, 'flowId'>,
  { flow, dataSetId }: Pick<PreparedFlow, 'flow' | 'dataSetId'>,
): Promise<void> {
  const conflict = await mirrorConflict(store, flowId, flow, dataSetId);
  if (conflict !== undefined) throw new FlowUnfit([conflict]);
}
