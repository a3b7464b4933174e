import { readFileSync } from 'node:fs';
import { type LibraryFile, type LibraryResource, resourceOf } from './library-format.ts';
import type { RegistryResource, ResourceLookup, ResourceType } from './resource.ts';
import { withXdmTypesByName } from './xdm-type.ts';

/** Version of every global resource and of the library as a whole (`meta:globalLibVersion`). */
export const STANDARD_LIBRARY_VERSION = '1.0.0';

interface Library {
  readonly file: LibraryFile;
  readonly byId: ReadonlyMap<string, LibraryResource>;
  readonly idByAltId: ReadonlyMap<string, string>;
  /** Raw forms, filled as they are asked for. */
  readonly raw: Map<string, RegistryResource>;
}

let library: Library | undefined;

function loaded(): Library {
  library ??= load();
  return library;
}

function load(): Library {
  const text = readFileSync(new URL('../../data/xdm-standard.json', import.meta.url), 'utf8');
  // The file is part of the package and a test composes all of it, so its shape is known.
  const file = JSON.parse(text) as LibraryFile;
  return {
    file,
    byId: new Map(file.resources.map((entry) => [entry.$id, entry])),
    idByAltId: new Map(file.resources.map((entry) => [entry.altId, entry.$id])),
    raw: new Map(),
  };
}

/**
 * A global resource in raw form by `$id` or `meta:altId` (with or without its leading underscore). The same object
 * every time.
 */
export function standardResource(idOrAltId: string): RegistryResource | undefined {
  const { byId, idByAltId, raw } = loaded();
  const id = idByAltId.get(idOrAltId) ?? idByAltId.get(`_${idOrAltId}`) ?? idOrAltId;
  const known = raw.get(id);
  if (known !== undefined) return known;
  const entry = byId.get(id);
  if (entry === undefined) return undefined;
  const resource = typed(resourceOf(entry, STANDARD_LIBRARY_VERSION));
  raw.set(id, resource);
  return resource;
}

function typed(resource: RegistryResource): RegistryResource {
  const { definitions, properties } = resource;
  return {
    ...resource,
    ...(definitions !== undefined && { definitions: withXdmTypesByName(definitions) }),
    ...(properties !== undefined && { properties: withXdmTypesByName(properties) }),
  };
}

/** All global resources of a type in raw form, in the library's order. */
export function standardResources(type: ResourceType): readonly RegistryResource[] {
  return loaded()
    .file.resources.filter((entry) => entry.resourceType === type)
    .flatMap((entry) => standardResource(entry.$id) ?? []);
}

/**
 * Whether a resource is the library's: this very object, or a copy that says more of it and has its very fields. What was
 * derived from it may be kept for good.
 */
export function isStandard(resource: RegistryResource): boolean {
  const known = loaded().raw.get(resource.$id);
  return known !== undefined && FIELD_KEYWORDS.every((keyword) => known[keyword] === resource[keyword]);
}

const FIELD_KEYWORDS = ['allOf', 'definitions', 'properties', 'required'] as const;

/** Whose work the library is, and under which licence it may be passed on. */
export function standardLibrarySource(): Readonly<Record<string, string>> {
  return loaded().file.source;
}

/** Finds global resources only. */
export const standardLookup: ResourceLookup = {
  find: (id) => (loaded().byId.has(id) ? standardResource(id) : undefined),
};

/** Finds global resources and the given tenant resources; a tenant resource cannot hide a global one. */
export function lookupOver(tenantResources: Iterable<RegistryResource>): ResourceLookup {
  const byId = new Map(Array.from(tenantResources, (resource) => [resource.$id, resource]));
  return { find: (id) => standardLookup.find(id) ?? byId.get(id) };
}
