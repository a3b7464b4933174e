import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ResourceKind } from './resources.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** One resource names another. */
export interface ResourceReference {
  readonly kind: ResourceKind;
  readonly id: string;
  /** Under what it names the other: `$ref` (anywhere in a registry resource), or a dotted path into its body. */
  readonly via: string;
  readonly target: string;
}

/** Which resources of one sandbox name which. Kept by every write of a resource, in its transaction. */
export interface ResourceReferences {
  /** Those that name any of `targets`, by kind and id; of `via`s where some are given. */
  to(targets: readonly string[], via?: readonly string[]): Promise<readonly ResourceReference[]>;
  /** By how many resources each of `targets` is named through any of `via`; those that none names are left out. */
  count(targets: readonly string[], via: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

const registryPaths = ['meta:intendedToExtend'];

/** Where documents of each kind name others, as dotted paths into the body. */
const pathsByKind: Partial<Readonly<Record<ResourceKind, readonly string[]>>> = {
  schema: registryPaths,
  class: registryPaths,
  mixin: registryPaths,
  datatype: registryPaths,
  descriptor: ['xdm:sourceSchema', 'xdm:destinationSchema'],
  dataSet: ['schemaRef.id'],
  mappingSet: ['outputSchemaId'],
  targetConnection: ['data.schema.id', 'params.dataSetId'],
  flow: ['targetConnectionIds'],
};

/** Kinds whose bodies are JSON Schemas, which name others by `$ref` at any depth. */
const composedKinds: ReadonlySet<ResourceKind> = new Set(['schema', 'class', 'mixin', 'datatype']);

type Naming = Pick<ResourceReference, 'via' | 'target'>;

/** Whether documents of a kind name others at all. */
export function mayRefer(kind: ResourceKind): boolean {
  return pathsByKind[kind] !== undefined;
}

/** Every other resource that a document names, each once for each way of naming it. */
export function referencesOf(kind: ResourceKind, body: Readonly<Record<string, unknown>>): readonly Naming[] {
  const namings = (pathsByKind[kind] ?? []).flatMap((via) =>
    textsAt(body, via.split('.')).map((target) => ({ via, target })),
  );
  const refs = new Set<string>();
  if (composedKinds.has(kind)) collectRefs(body, refs);
  const all = [...namings, ...Array.from(refs, (target) => ({ via: '$ref', target }))];
  const distinct = new Map(all.map((naming) => [`${naming.via} ${naming.target}`, naming]));
  return [...distinct.values()];
}

function textsAt(value: unknown, path: readonly string[]): readonly string[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value].flat().filter((text) => typeof text === 'string');
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
  // Only own keys are read, so any object may be looked into as a record.
  return textsAt((value as Record<string, unknown>)[name], rest);
}

/** References into a document itself (`#/definitions/…`) name no other. */
function collectRefs(value: unknown, into: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === '$ref' && typeof member === 'string') {
      if (!member.includes('#')) into.add(member);
    } else collectRefs(member, into);
  }
}

/** Puts a resource's references in the place of those that it had. */
export async function replaceReferences(
  database: Kysely<Tables>,
  scope: Scope,
  kind: ResourceKind,
  id: string,
  namings: readonly Naming[],
): Promise<void> {
  await database
    .deleteFrom('resource_references')
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandboxId)
    .where('kind', '=', kind)
    .where('id', '=', id)
    .execute();
  if (namings.length > 0) await referencesInsertion(scope, kind, id, namings).execute(database);
}

/** The statement that keeps what a resource names. */
export function referencesInsertion(
  scope: Scope,
  kind: ResourceKind,
  id: string,
  namings: readonly Naming[],
): RawBuilder<unknown> {
  // Two lists rather than a row of parameters for each: a schema may name hundreds.
  const vias = namings.map(({ via }) => via);
  const targets = namings.map(({ target }) => target);
  return sql`insert into resource_references (org_id, sandbox_id, kind, id, via, target)
    select ${scope.orgId}, ${scope.sandboxId}, ${kind}, ${id}, via, target
    from unnest(${vias}::text[], ${targets}::text[]) as naming (via, target)`;
}

export function scopedReferences(database: Kysely<Tables>, scope: Scope): ResourceReferences {
  const naming = (targets: readonly string[]) =>
    database
      .selectFrom('resource_references')
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandboxId)
      .where('target', 'in', targets);

  return {
    async to(targets, via) {
      if (targets.length === 0) return [];
      let query = naming(targets).select(['kind', 'id', 'via', 'target']);
      if (via !== undefined) query = query.where('via', 'in', via);
      const rows = await query.orderBy('kind').orderBy('id').execute();
      // Only resources of these kinds are ever written.
      return rows.map((row) => ({ ...row, kind: row.kind as ResourceKind }));
    },

    async count(targets, via) {
      if (targets.length === 0) return new Map();
      const rows = await naming(targets)
        .where('via', 'in', via)
        .groupBy('target')
        .select(['target', sql<number>`count(*)::integer`.as('count')])
        .execute();
      return new Map(rows.map(({ target, count }) => [target, count]));
    },
  };
}
