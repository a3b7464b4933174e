import { pathText } from '../path-text.ts';
import type { TableColumn } from '../platform/connections.ts';
import type {
  FlowSetup,
  FlowSpec,
  GivenFlow,
  GivenSource,
  Mapping,
  ProposedField,
} from '../platform/flow-setup.ts';
import type { SchemaField } from '../platform/schema-fields.ts';

/**
 * Where rows go: a schema that is made for them, or one that is there, with the fields that columns go to.
 */
export type FlowTarget =
  | { readonly kind: 'new'; readonly title: string; readonly columns: readonly TableColumn[] }
  | { readonly kind: 'existing'; readonly schemaId: string; readonly mappings: readonly Mapping[] };

/** All that is to be made for a flow. */
export interface FlowPlan {
  readonly name: string;
  readonly spec: FlowSpec;
  readonly source: GivenSource;
  readonly target: FlowTarget;
  readonly copy: GivenFlow['copy'];
  readonly options: GivenFlow['options'];
  readonly schedule: GivenFlow['schedule'];
  readonly isDraft: boolean;
}

/** What has been made so far, so that trying again after a refusal makes nothing twice. */
export type Ledger = Map<string, unknown>;

interface Services {
  readonly setup: FlowSetup;
  readonly schemaFields: (schemaId: string) => Promise<readonly SchemaField[]>;
  readonly ledger: Ledger;
}

/**
 * Makes source connection, schema, dataset, target connection, mapping set and flow. Answers the flow's id.
 */
export async function createFlow(services: Services, plan: FlowPlan): Promise<string> {
  const { setup, ledger } = services;
  const { name, spec, source, target, copy, options, schedule, isDraft } = plan;
  const once = <T>(what: string, given: unknown, make: () => Promise<T>) =>
    recorded(ledger, `${what} ${JSON.stringify(given)}`, make);

  const sourceConnectionId = await once('source', source, () => setup.createSource(source));
  const { schemaId, mappings } = await once('target', [sourceConnectionId, target], () =>
    targetSchema(services, target, sourceConnectionId),
  );
  const dataSetId = await once('dataset', [name, schemaId], () => setup.createDataSet(name, schemaId));
  const targetConnectionId = await once('target connection', [name, schemaId, dataSetId], () =>
    setup.createTarget(name, schemaId, dataSetId),
  );
  const mappingId = await once('mapping set', [schemaId, sourceConnectionId, mappings], () =>
    setup.createMappingSet(schemaId, sourceConnectionId, mappings),
  );
  return setup.createFlow({
    name,
    spec,
    sourceConnectionId,
    targetConnectionId,
    mappingId,
    copy,
    options,
    schedule,
    isDraft,
  });
}

async function recorded<T>(ledger: Ledger, key: string, make: () => Promise<T>): Promise<T> {
  // Only this function writes, and a key always stands for one kind of value.
  if (ledger.has(key)) return ledger.get(key) as T;
  const made = await make();
  ledger.set(key, made);
  return made;
}

async function targetSchema(
  { setup, schemaFields, ledger }: Services,
  target: FlowTarget,
  sourceConnectionId: string,
): Promise<{ readonly schemaId: string; readonly mappings: readonly Mapping[] }> {
  if (target.kind === 'existing') return target;
  const { title, columns } = target;
  const { schemaId, fields } = await recorded(
    ledger,
    `schema ${JSON.stringify([title, sourceConnectionId])}`,
    () => setup.createSchema(title, sourceConnectionId),
  );
  const isFlat = columns.every(({ paths }) => paths.every((path) => path.length === 1));
  return { schemaId, mappings: mappingsFor(columns, fields, isFlat ? [] : await schemaFields(schemaId)) };
}

/**
 * The field of each column; of a column that holds objects those of the values in it, which stand in the same
 * order.
 */
export function mappingsFor(
  columns: readonly TableColumn[],
  proposed: readonly ProposedField[],
  leaves: readonly SchemaField[],
): readonly Mapping[] {
  return columns.flatMap(({ name, paths }) => {
    const field = proposed.find(({ column }) => column === name);
    if (field === undefined) return [];
    const within = leaves.filter(({ path }) => path.startsWith(`${field.path}.`));
    if (paths.length === 1 && within.length <= 1) {
      return paths.map((path) => ({ source: pathText(path), destination: within[0]?.path ?? field.path }));
    }
    return paths.flatMap((path, index) => {
      const leaf = within[index];
      return leaf === undefined ? [] : [{ source: pathText(path), destination: leaf.path }];
    });
  });
}
