import {
  documentOf,
  mappingSetAt,
  readMappingVersion,
  schemaLookup,
  type UsingFlow,
} from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import { type AcceptForm, renderResource } from '@tributary/xdm';
import { Problem } from '../../http/problem.ts';

/** @throws {Problem} of kind `notFound` */
export async function existingMappingSet(
  store: ScopedStore,
  id: string,
  forUpdate?: 'for update',
): Promise<Resource> {
  const sets = store.resources('mappingSet');
  const resource = await (forUpdate ? sets.getForUpdate(id) : sets.get(id));
  if (resource === undefined) throw new Problem('notFound', `There is no mapping set ${id} in this sandbox.`);
  return resource;
}

/**
 * A mapping set at the version that is asked for, or the newest.
 * @throws {Problem} of kind `notFound`
 */
export async function mappingSetOf(
  store: ScopedStore,
  id: string,
  version: number | undefined,
): Promise<Resource> {
  const newest = await existingMappingSet(store, id);
  const counted = version === undefined ? newest.version : readMappingVersion(version);
  const found = counted === undefined ? undefined : await mappingSetAt(store, newest, counted);
  if (found !== undefined) return found;
  throw new Problem(
    'notFound',
    `The mapping set ${id} has no version ${version}; its newest is ${newest.version}.`,
  );
}

const fullForm: AcceptForm = {
  form: 'full',
  text: true,
  descriptors: false,
  deprecatedFields: false,
  majorVersion: 1,
};

/** The whole output schema of a set; undefined where it is not there any more, as that of a former version may. */
export async function expandedSchema(
  store: ScopedStore,
  resource: Resource,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { outputSchemaId } = documentOf('mappingSet', resource);
  const lookup = await schemaLookup(store, [outputSchemaId]);
  const schema = lookup.find(outputSchemaId);
  if (schema === undefined) return undefined;
  const rendered = renderResource(schema, fullForm, lookup);
  return rendered.ok ? rendered.value : undefined;
}

/** At most so many flows are named. */
const NAMED_FLOWS = 20;

/** Flows by their ids, as a message names them. */
export function namesOf(flows: readonly UsingFlow[]): string {
  const named = flows.slice(0, NAMED_FLOWS).map(({ id }) => id);
  return flows.length > named.length ? `${named.join(', ')} and others` : named.join(', ');
}
