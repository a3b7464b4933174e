import { randomUUID } from 'node:crypto';
import { planMappings, printExpression } from '@tributary/data-prep';
import type { Resource, RunRecord, ScopedStore } from '@tributary/store';
import { composeSchema, type ObjectNode, type SourceColumn, type TenantContext } from '@tributary/xdm';
import { affectedBy } from './affected-schemas.ts';
import { documentOf, type MappingDocument } from './documents.ts';
import { advanceRun } from './events/advance-run.ts';
import { type EvolvedTable, evolveDataSets, tidyTables } from './evolve-data-sets.ts';
import { type AddedField, ensureFlowFields, type FlowFields } from './flow-fields.ts';
import { flowsUsing } from './flows-using-mapping.ts';
import { replaceMappingSet } from './mapping-set-version.ts';
import { type RunNotice, withNotices } from './notices.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf, runnerActor } from './progress.ts';
import { listOf, MAX_NAMES } from './schema-drift.ts';
import { holdRegistry, schemaLookup } from './schema-lookup.ts';
import type { Attempt } from './services.ts';

/*
 * New columns of a source's table get fields and mappings, in one transaction: a field group that is the
 * flow's own has optional fields for them, below the tenant's namespace; the dataset's schema has that group,
 * and its table the columns; the mapping set has a new version that maps them; a source connection that lists
 * its columns lists them too. Nothing that was there changes. If the process dies before the transaction
 * ends, nothing has.
 */

/** Columns that cannot be added; the transaction that would have done it is undone. */
class NotAdded extends Error {
  readonly columns: readonly string[];

  constructor(columns: readonly string[], reason: string) {
    super(reason);
    this.name = 'NotAdded';
    this.columns = columns;
  }
}

/**
 * Adds those of `columns` that can be, and notes in the run's progress what became of them. Where none can be
 * the run reads on without: a column that is not read is no reason to land nothing.
 * @returns the run as it is now
 */
export async function addColumns(
  attempt: Attempt,
  prepared: PreparedFlow,
  columns: readonly SourceColumn[],
): Promise<RunRecord> {
  const refused: RunNotice[] = [];
  let wanted = columns;
  while (wanted.length > 0) {
    try {
      return await addAll(attempt, prepared, wanted, refused);
    } catch (error) {
      if (!(error instanceof NotAdded)) throw error;
      refused.push(notAdded(error));
      const left = wanted.filter(({ name }) => !error.columns.includes(name));
      // A reason that names no column is one for all of them.
      wanted = left.length === wanted.length ? [] : left;
    }
  }
  const { store, run, claim } = attempt;
  return advanceRun(store, run, claim, run.state, withNotices(progressOf(run), refused));
}

async function addAll(
  attempt: Attempt,
  prepared: PreparedFlow,
  columns: readonly SourceColumn[],
  refused: readonly RunNotice[],
): Promise<RunRecord> {
  const { services, store, run, claim } = attempt;
  const { io } = services.lake;
  const context = await tenantContext(attempt);
  const { advanced, tables } = await store.transaction(async (transaction) => {
    await holdRegistry(transaction);
    const locked = await lockWhatChanges(transaction, prepared);
    await requireOwnMappings(transaction, locked.mappingSet, run);
    const added = await addFields(transaction, attempt, prepared, columns, context);
    const roots = await rootsOf(transaction, added.group);
    await mapFields(transaction, locked.mappingSet, { prepared, roots, columns }, added.fields);
    await declareColumns(transaction, locked.sourceConnection, columns);
    const progress = withNotices(progressOf(run), [...refused, addedNotice(run, added)]);
    const advanced = await advanceRun(transaction, run, claim, run.state, progress);
    // Last, so that what it writes is in vain only where the transaction itself fails to commit.
    const tables: readonly EvolvedTable[] = await evolveDataSets(io, transaction, roots, new Date());
    return { advanced, tables };
  });
  await tidyTables(io, tables);
  return advanced;
}

interface Locked {
  readonly sourceConnection: Resource;
  readonly mappingSet: Resource;
}

/**
 * In the order in which a flow's creation locks them, and before the schema, as a change of the mapping set
 * does.
 */
async function lockWhatChanges(
  store: ScopedStore,
  { flow, sourceConnection: { id } }: PreparedFlow,
): Promise<Locked> {
  const sourceConnection = await store.resources('sourceConnection').getForUpdate(id);
  if (sourceConnection === undefined) throw new NotAdded([], 'the source connection was deleted');
  const { mappingId } = flow.transformations.find(({ name }) => name === 'Mapping')?.params ?? {};
  const mappingSet = await store.resources('mappingSet').getForUpdate(String(mappingId));
  if (mappingSet === undefined) throw new NotAdded([], 'the mapping set was deleted');
  return { sourceConnection, mappingSet };
}

/**
 * A flow that follows the same mapping set would have to read the new columns too, which its table may not
 * have.
 */
async function requireOwnMappings(
  store: ScopedStore,
  { id }: Resource,
  { flowId }: Pick<RunRecord, 'flowId'>,
): Promise<void> {
  const other = (await flowsUsing(store, id)).find((flow) => flow.id !== flowId && !flow.isPinned);
  if (other === undefined) return;
  const mend =
    'Map what is wanted by hand; for columns that come later, give the flow a mapping set of its own, or have the other one name ' +
    'a mappingVersion.';
  throw new NotAdded([], `the flow ${other.id} follows the mapping set ${id} too. ${mend}`);
}

async function tenantContext({ services, store }: Attempt): Promise<TenantContext> {
  const { orgId, sandboxId } = store.scope;
  const { organizations } = services.store;
  const organization = await organizations.get(orgId);
  const sandbox = (await organizations.sandboxes(orgId)).find(({ id }) => id === sandboxId);
  if (organization === undefined || sandbox === undefined)
    throw new Error(`the sandbox ${sandboxId} is gone`);
  return {
    tenantId: organization.tenantId,
    imsOrg: orgId,
    sandboxId,
    sandboxType: sandbox.type,
    clientId: runnerActor.client,
    userId: runnerActor.user,
    now: new Date(),
  };
}

async function addFields(
  store: ScopedStore,
  { run }: Attempt,
  { flow, schema, sourceConnection }: PreparedFlow,
  columns: readonly SourceColumn[],
  context: TenantContext,
): Promise<FlowFields> {
  const added = await ensureFlowFields(store, context, {
    flowId: run.flowId,
    flowName: flow.name,
    table: sourceConnection.document.params.tableName,
    schemaId: schema.id,
    columns,
  });
  if (added.ok) return added.value;
  throw new NotAdded([], added.reason);
}

/** Resolved fields of the schemas that datasets use and that have the group, by id. */
async function rootsOf(
  store: ScopedStore,
  group: FlowFields['group'],
): Promise<ReadonlyMap<string, ObjectNode>> {
  const { bound } = await affectedBy(store, group);
  const lookup = await schemaLookup(
    store,
    bound.map(({ id }) => id),
  );
  const roots = new Map<string, ObjectNode>();
  for (const { id } of bound) {
    const composed = composeSchema(id, lookup);
    if (!composed.ok)
      throw new NotAdded([], `${id}: ${composed.problems[0]?.message ?? 'it does not compose'}`);
    roots.set(id, composed.value.root);
  }
  return roots;
}

/** Makes the mapping set's next version, which maps the columns to their fields. */
async function mapFields(
  store: ScopedStore,
  current: Resource,
  {
    prepared,
    roots,
    columns,
  }: {
    readonly prepared: PreparedFlow;
    readonly roots: ReadonlyMap<string, ObjectNode>;
    readonly columns: readonly SourceColumn[];
  },
  fields: readonly AddedField[],
): Promise<void> {
  const target = roots.get(prepared.schema.id);
  if (target === undefined) throw new Error(`no dataset has the schema ${prepared.schema.id}`);
  const mappings = fields.map(mappingOf);
  const unfit = mappings.flatMap((mapping, index) => {
    const planned = planMappings({ mappings: [mapping], columns, target });
    return planned.ok ? [] : [{ column: fields[index]?.column ?? '', reason: planned.errors[0]?.message }];
  });
  const [first] = unfit;
  if (first !== undefined)
    throw new NotAdded(
      unfit.map(({ column }) => column),
      first.reason ?? 'its type has no field',
    );
  const document = documentOf('mappingSet', current);
  const next = { ...document, mappings: [...document.mappings, ...mappings] };
  await replaceMappingSet(store, current, next, runnerActor);
}

function mappingOf({ column, path }: AddedField): MappingDocument {
  return {
    id: randomUUID().replaceAll('-', ''),
    sourceType: 'ATTRIBUTE',
    source: printExpression({ kind: 'name', name: column, span: { start: 0, end: column.length } }),
    destination: path,
    identity: false,
    primaryIdentity: false,
  };
}

/** A source connection that lists the columns that mappings may name lists these, too. */
async function declareColumns(
  store: ScopedStore,
  current: Resource,
  columns: readonly SourceColumn[],
): Promise<void> {
  const document = documentOf('sourceConnection', current);
  const { columns: declared } = document.params;
  if (declared === undefined) return;
  const names = new Set(declared.map(({ name }) => name));
  const further = columns
    .filter(({ name }) => !names.has(name))
    .map(({ name, type, originalType }) => ({
      name,
      type: typeof type === 'string' ? type : type.kind,
      ...(originalType === undefined ? {} : { meta: { originalType } }),
    }));
  const params = { ...document.params, columns: [...declared, ...further] };
  await store
    .resources('sourceConnection')
    .replace(current.id, current.etag, { ...current.body, params }, runnerActor);
}

function addedNotice({ flowId }: RunRecord, { fields }: FlowFields): RunNotice {
  const list = listOf(fields.map(({ column, path }) => `${column} (${path})`));
  const names = fields.slice(0, MAX_NAMES).map(({ column }) => column);
  return {
    code: 'COLUMNS_ADDED',
    message:
      `New columns have got fields and are read from now on: ${list}. Rows that landed before have nothing there; ` +
      `POST /runs with {"flowId": "${flowId}", "params": {"refreshColumns": ${JSON.stringify(names)}}} reads ` +
      `${names.length < fields.length ? 'the first of them' : 'them'} for all rows.`,
  };
}

function notAdded({ columns, message }: NotAdded): RunNotice {
  const which = columns.length === 0 ? 'New columns were' : `${listOf(columns)} was`;
  return { code: 'COLUMNS_NOT_ADDED', message: `${which} not added: ${message}` };
}
