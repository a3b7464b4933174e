import type { TableDescription } from '@tributary/connectors';
import { columnsRead, type MappingPlan, type PlannedTarget, planMappings } from '@tributary/data-prep';
import type { IdentityField } from '@tributary/engine';
import type { ObjectNode, SourceColumn, XdmNode } from '@tributary/xdm';
import type { FlowViolation, PreparedFlow } from './prepare-flow.ts';
import { sourceColumnsOf } from './source-columns.ts';
import { keyMapping } from './write-mode.ts';

/*
 * A refresh reads some columns for all rows and merges what the mappings make of them into the rows that the dataset has:
 * a column that came later and is empty in old rows, or one that the source computes and that changes while no row does.
 * Only the fields that such mappings fill are touched, each as large as its mappings make it: a list or a map that one of
 * them fills a part of is filled anew by all that fill it.
 */

/** What a refresh reads, and what becomes of it. */
export interface RefreshPlan {
  /** The mappings of the key, and all those whose fields are replaced. */
  readonly mappings: MappingPlan;
  /** Paths of the fields that a row's key is made of. */
  readonly key: readonly Path[];
  /** Paths, through objects alone, of the fields that are replaced. */
  readonly replaces: readonly Path[];
  /** The schema as far as these mappings fill it: what they do not fill is no business of a refresh. */
  readonly target: ObjectNode;
  readonly identities: readonly IdentityField[];
}

type Path = readonly string[];

export type RefreshPlanning =
  | { readonly ok: true; readonly plan: RefreshPlan }
  | { readonly ok: false; readonly violations: readonly FlowViolation[] };

/** The columns by which a refresh finds rows: those of the flow's own key where it names one, else the source's. */
export function refreshKey({ flow }: PreparedFlow, table: TableDescription): readonly string[] {
  const named = flow.transformations.find(({ name }) => name === 'Copy')?.params.keyColumns;
  return Array.isArray(named) ? named.map(String) : table.keyColumns;
}

/** The flow with those mappings alone that can be made of some columns, for a plan of what has been read. */
export function withMappingsOf(prepared: PreparedFlow, columns: readonly SourceColumn[]): PreparedFlow {
  const target = prepared.schema.root;
  const mappings = prepared.mappings.filter(
    (mapping) => planMappings({ mappings: [mapping], columns, target }).ok,
  );
  return { ...prepared, mappings };
}

/** Those of some columns that no mapping of a flow reads, as far as that is known without asking the source. */
export function columnsWithoutMapping(
  { mappings, schema, sourceConnection }: PreparedFlow,
  names: readonly string[],
): readonly string[] {
  const columns = sourceColumnsOf(sourceConnection.document) ?? 'unknown';
  const planned = planMappings({ mappings, columns, target: schema.root });
  const read = new Set([
    ...(planned.ok ? planned.plan.sourceColumns : []),
    ...mappings.map(({ source }) => source),
  ]);
  return names.filter((name) => !read.has(name));
}

/** @param columns all that the mappings read */
export function planRefresh(
  { mappings, schema, identities }: PreparedFlow,
  columns: readonly SourceColumn[],
  refreshed: readonly string[],
  keyColumns: readonly string[],
): RefreshPlanning {
  const planned = planMappings({ mappings, columns, target: schema.root });
  if (!planned.ok) {
    return refuse(planned.errors.map(({ destination, message }) => `${destination}: ${message}`));
  }
  const { targets } = planned.plan;
  const mapped = keyMapping(keyColumns, planned.plan, schema.root, 'a refresh');
  if (!mapped.ok) return mapped;
  const unread = refreshed.filter((column) => !planned.plan.sourceColumns.includes(column));
  if (unread.length > 0)
    return refuse([`no mapping reads ${unread.join(', ')}: there is nothing to refresh`]);
  const replaces = replacedBy(targets, refreshed, schema.root);
  const keyed = mapped.key.find((path) => replaces.some((replaced) => isWithin(path, replaced)));
  if (keyed !== undefined)
    return refuse([`${keyed.join('.')} is of the key, by which rows are found: it cannot be refreshed`]);
  const kept = targets.filter(
    ({ path }) =>
      replaces.some((replaced) => isWithin(path, replaced)) || mapped.key.some((key) => isSame(key, path)),
  );
  const filled = [...mapped.key, ...replaces];
  return {
    ok: true,
    plan: {
      mappings: { targets: kept, sourceColumns: [...new Set(kept.flatMap(columnsOf))].sort() },
      key: mapped.key,
      replaces,
      target: prunedTo(schema.root, filled),
      identities: identities.filter(({ path }) => filled.some((own) => isWithin(path, own))),
    },
  };
}

function replacedBy(
  targets: readonly PlannedTarget[],
  refreshed: readonly string[],
  root: ObjectNode,
): readonly Path[] {
  const wanted = new Set(refreshed);
  const fields = targets
    .filter((target) => columnsOf(target).some((column) => wanted.has(column)))
    .map(({ path }) => wholeField(path, root));
  return fields.filter(
    (path, index) =>
      !fields.some((other, place) => (isSame(path, other) ? place < index : isWithin(path, other))),
  );
}

function columnsOf({ expression }: PlannedTarget): readonly string[] {
  return [...columnsRead(expression)];
}

/** The part of a path that leads through objects: what lies in a list or a map is replaced with it. */
function wholeField(path: Path, root: ObjectNode): Path {
  let node: XdmNode | undefined = root;
  const whole: string[] = [];
  for (const name of path) {
    if (node?.kind !== 'object') break;
    node = node.properties.get(name);
    whole.push(name);
  }
  return whole;
}

/** An object with those of its fields that lie on the paths; a field that a path ends at is whole. */
function prunedTo(node: ObjectNode, paths: readonly Path[]): ObjectNode {
  const properties = new Map<string, XdmNode>();
  for (const [name, child] of node.properties) {
    const below = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
    if (below.length === 0) continue;
    const isWhole = child.kind !== 'object' || below.some((rest) => rest.length === 0);
    properties.set(name, isWhole ? child : prunedTo(child, below));
  }
  const required = new Set([...node.required].filter((name) => properties.has(name)));
  return { ...node, properties, required };
}

function isWithin(path: Path, above: Path): boolean {
  return above.every((name, index) => path[index] === name);
}

function isSame(one: Path, other: Path): boolean {
  return one.length === other.length && isWithin(one, other);
}

function refuse(messages: readonly string[]): RefreshPlanning {
  return { ok: false, violations: messages.map((message) => ({ path: '/transformations', message })) };
}
