import { isDeepStrictEqual } from 'node:util';
import { type FlowSpec, flowSpecById } from '@tributary/connectors';
import {
  documentOf,
  type FlowDocument,
  prepareFlow,
  type ScheduleParams,
  scheduleFrom,
} from '@tributary/runner';
import type { Resource, RunRecord, ScopedStore } from '@tributary/store';
import type { Violation } from '../../http/problem.ts';
import { meetsFilters } from '../../http/property-filter.ts';
import { isDraft, requireDraftSupport } from './drafts.ts';
import { DraftFlowBody, FlowBody, type GivenFlow } from './flow-body.ts';
import { dataSetConflict } from './flow-data-set.ts';
import { referenceViolations } from './flow-references.ts';
import { readSchedule } from './flow-schedule.ts';
import { invalidBody, refusal } from './refusal.ts';
import type { Draft, ResourceType } from './resource-type.ts';
import { runStatus } from './run-document.ts';
import { chooseSpec } from './spec-reference.ts';
import { schemaViolations } from './spec-schema.ts';

/** What clients ask of flows to tell those of sources from those of destinations; here all are of sources. */
const inheritedProperties = { isSourceFlow: true };

/**
 * When the flow falls due next, in epoch milliseconds: a time that has passed means as soon as it can, such as when its run that
 * is under way has ended. The platform shows no such thing, and gives no field this prefix.
 */
const NEXT_RUN = 'tributary:nextRunAtUTC';

/** Flows: a table, landed in a dataset through a mapping, once, on a schedule or on demand. */
export const flows: ResourceType<GivenFlow> = {
  kind: 'flow',
  name: 'flows',
  title: 'flow',
  body: FlowBody,
  draftBody: DraftFlowBody,
  filterable: [
    'name',
    'description',
    'flowSpec',
    'sourceConnectionIds',
    'targetConnectionIds',
    'transformations',
    'scheduleParams',
    'options',
    'inheritedAttributes',
  ],
  fixed: {
    flowSpec: 'the flow spec of a flow cannot be changed; create another flow',
    sourceConnectionIds: 'the source connection of a flow cannot be changed; create another flow',
    targetConnectionIds: 'the target connection of a flow cannot be changed; create another flow',
    inheritedAttributes: 'inheritedAttributes is read-only',
    lastRunDetails: 'lastRunDetails is read-only',
    [NEXT_RUN]: `${NEXT_RUN} is read-only`,
  },
  openInDrafts: ['sourceConnectionIds', 'targetConnectionIds'],
  inUseCode: '1447-400',

  async compose(draft) {
    const document = await composeFlow(draft);
    const conflict = await dataSetConflict(draft.store, draft.id, document);
    if (conflict !== undefined) throw invalidBody([conflict]);
    const preparation = await prepareFlow(draft.store, document);
    if (!preparation.ok) {
      // The catalogue's code for a mapping that was refused; the mapping's own codes stand with each violation.
      const problem = invalidBody(preparation.violations);
      throw refusal('1419-400', problem.message, { violations: preparation.violations });
    }
    return { ...document };
  },

  async composeDraft({ given, stored }) {
    refuseState(given, stored);
    const chosen = chooseSpec('flowSpec', given.flowSpec, flowSpecById);
    if (!chosen.ok) throw invalidBody([chosen.violation]);
    requireDraftSupport(chosen.spec);
    const options = given.options ?? given.params;
    const { name, description, scheduleParams } = given;
    return {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      state: 'draft',
      flowSpec: chosen.reference,
      sourceConnectionIds: given.sourceConnectionIds ?? [],
      targetConnectionIds: given.targetConnectionIds ?? [],
      transformations: given.transformations ?? [],
      ...(scheduleParams !== undefined && { scheduleParams }),
      ...(options !== undefined && { options }),
    };
  },

  async show(resources, store) {
    const documents = resources.map((resource) => documentOf('flow', resource));
    const [sources, targets, lastRuns, nextRuns] = await Promise.all([
      store
        .resources('sourceConnection')
        .getAll(documents.flatMap(({ sourceConnectionIds }) => sourceConnectionIds)),
      store
        .resources('targetConnection')
        .getAll(documents.flatMap(({ targetConnectionIds }) => targetConnectionIds)),
      store.runs.newestOf(resources.map(({ id }) => id)),
      store.schedules.nextOf(resources.map(({ id }) => id)),
    ]);
    return resources.map((resource) => {
      const { sourceConnectionIds, targetConnectionIds } = documentOf('flow', resource);
      const lastRun = lastRuns.get(resource.id);
      const nextRun = nextRuns.get(resource.id);
      return {
        ...resource.body,
        inheritedAttributes: {
          properties: inheritedProperties,
          sourceConnections: found(sources, sourceConnectionIds).map(inheritedFromSource),
          targetConnections: found(targets, targetConnectionIds).map(inheritedFromTarget),
        },
        ...(lastRun && { lastRunDetails: lastRunDetails(lastRun) }),
        ...(nextRun && { [NEXT_RUN]: nextRun.getTime() }),
      };
    });
  },

  users: async () => [],

  narrow(filters) {
    const inherited = filters.filter(({ path }) => path[0] === 'inheritedAttributes');
    for (const { path } of inherited) {
      if (path[1] === 'properties') continue;
      const message = `The parameter property cannot filter by '${path.join('.')}'. Filter by sourceConnectionIds or targetConnectionIds.`;
      throw refusal('1449-400', message, { violations: [{ path: 'property', message }] });
    }
    if (!meetsFilters({ inheritedAttributes: { properties: inheritedProperties } }, inherited))
      return undefined;
    return filters.filter((filter) => !inherited.includes(filter));
  },

  async written(store, resource, before) {
    const flow = documentOf('flow', resource);
    if (flow.state !== 'enabled') return;
    const isNewSchedule =
      before === undefined ||
      isDraft(before) ||
      !isDeepStrictEqual(documentOf('flow', before).scheduleParams, flow.scheduleParams);
    if (isNewSchedule) await putSchedule(store, resource.id, flow.scheduleParams);
  },

  async removed(store, id) {
    await store.runs.cancelOpen(id);
    await store.schedules.remove(id);
    await store.watermarks.remove(id);
    await store.landedItems.remove(id);
    await store.heldItems.remove(id);
    await store.flowSources.remove(id);
  },

  committed: (dependencies) => dependencies.wakeRunner(),
};

/** Makes the flow fall due as its schedule says. One that runs once, and did, never falls due again. */
export async function putSchedule(
  store: ScopedStore,
  flowId: string,
  params: ScheduleParams | undefined,
): Promise<void> {
  const isSpent = params?.frequency === 'once' && (await store.runs.count(flowId)) > 0;
  const schedule = params === undefined || isSpent ? undefined : scheduleFrom(flowId, params, new Date());
  await (schedule === undefined ? store.schedules.remove(flowId) : store.schedules.put(schedule));
}

function refuseState({ state }: Partial<GivenFlow>, stored: Resource | undefined): void {
  if (state === undefined || stored !== undefined) return;
  throw invalidBody([{ path: '/state', message: 'is not allowed at creation; remove it', code: '1410-400' }]);
}

async function composeFlow({ store, given, stored }: Draft<GivenFlow>): Promise<FlowDocument> {
  refuseState(given, stored);
  const chosen = chooseSpec('flowSpec', given.flowSpec, flowSpecById);
  if (!chosen.ok) throw invalidBody([chosen.violation]);
  const { spec, reference } = chosen;
  const violations: Violation[] = [];

  const transformations = given.transformations.map(withTextVersion);
  violations.push(...transformationViolations(transformations, spec));
  // The platform's newer clients send the same settings as params.
  const options = given.options ?? given.params;
  if (options !== undefined) violations.push(...schemaViolations(spec.optionSpec.spec, options, '/options'));
  const schedule = given.scheduleParams === undefined ? undefined : readSchedule(given.scheduleParams, spec);
  if (schedule?.ok === false) violations.push(...schedule.violations);
  const { sourceConnectionIds, targetConnectionIds } = given;
  violations.push(
    ...(await referenceViolations(
      store,
      { sourceConnectionIds, targetConnectionIds, transformations },
      spec,
    )),
  );
  if (violations.length > 0) throw invalidBody(violations);

  return {
    ...(given.name !== undefined && { name: given.name }),
    ...(given.description !== undefined && { description: given.description }),
    state: stored === undefined || isDraft(stored) ? 'enabled' : documentOf('flow', stored).state,
    flowSpec: reference,
    sourceConnectionIds,
    targetConnectionIds,
    transformations,
    ...(schedule?.ok && { scheduleParams: schedule.params }),
    // The option spec's schema, met above, has these fields in these shapes.
    ...(options !== undefined && { options: options as NonNullable<FlowDocument['options']> }),
  };
}

type Transformation = GivenFlow['transformations'][number];

/** The flow spec wants `mappingVersion` as text; many clients send the number that the mapping set shows. */
function withTextVersion({ name, params }: Transformation): Transformation {
  const version = params.mappingVersion;
  return {
    name,
    params: typeof version === 'number' ? { ...params, mappingVersion: String(version) } : params,
  };
}

function transformationViolations(transformations: readonly Transformation[], spec: FlowSpec): Violation[] {
  return transformations.flatMap(({ name, params }, index) => {
    const at = `/transformations/${index}`;
    const known = spec.transformationSpecs.find((transformation) => transformation.name === name);
    if (known === undefined) {
      const names = spec.transformationSpecs.map((transformation) => transformation.name).join(', ');
      return [{ path: `${at}/name`, message: `must be one of ${names}` }];
    }
    if (transformations.findIndex((other) => other.name === name) < index) {
      return [{ path: `${at}/name`, message: `repeats ${name}; give it once` }];
    }
    return schemaViolations(known.spec, params, `${at}/params`);
  });
}

function found(resources: ReadonlyMap<string, Resource>, ids: readonly string[]): readonly Resource[] {
  return ids.map((id) => resources.get(id)).filter((resource) => resource !== undefined);
}

function inheritedFromSource(source: Resource) {
  const { connectionSpec, baseConnectionId } = documentOf('sourceConnection', source);
  return { id: source.id, connectionSpec, baseConnection: { id: baseConnectionId, connectionSpec } };
}

function inheritedFromTarget(target: Resource) {
  return { id: target.id, connectionSpec: documentOf('targetConnection', target).connectionSpec };
}

function lastRunDetails(run: RunRecord) {
  return {
    id: run.id,
    state: runStatus(run),
    ...(run.startedAt && { startedAtUTC: run.startedAt.getTime() }),
    ...(run.completedAt && { completedAtUTC: run.completedAt.getTime() }),
  };
}
