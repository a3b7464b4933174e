import { type MappingInput, readPath } from '@tributary/data-prep';
import type { ScopedStore } from '@tributary/store';
import type { ObjectNode, ResolvedSchema, XdmNode } from '@tributary/xdm';

/** A field that every row needs and that no mapping fills. */
export interface MissingField {
  /** Dotted path. */
  readonly destination: string;
  readonly code: 'missing-required' | 'missing-identity';
  readonly message: string;
}

/** At most so many identity descriptors of a schema are looked at; schemas have a handful. */
const MAX_DESCRIPTORS = 100;

/**
 * Fields whose lack rejects every row: those that the schema requires, of every object that a mapping fills in part,
 * and the primary identity.
 */
export async function missingFields(
  store: ScopedStore,
  schema: ResolvedSchema,
  mappings: readonly MappingInput[],
): Promise<readonly MissingField[]> {
  const filled = mappings
    .map(({ destination }) => readPath(destination))
    .flatMap((reading) =>
      reading.ok ? [reading.segments.filter((segment) => !segment.startsWith('['))] : [],
    );
  const required = missingRequired(schema.root, [], filled).map((path): MissingField => {
    const destination = path.join('.');
    const message = `"${destination}" is required by the schema and no mapping fills it; every row would be rejected.`;
    return { destination, code: 'missing-required', message };
  });
  const identities = (await primaryIdentities(store, schema.id))
    .filter((path) => !isFilled(path, filled))
    .map((path): MissingField => {
      const destination = path.join('.');
      const message = `"${destination}" is the primary identity of the schema and no mapping fills it; every row would be rejected.`;
      return { destination, code: 'missing-identity', message };
    })
    .filter(({ destination }) => !required.some((missing) => missing.destination === destination));
  return [...required, ...identities];
}

type Path = readonly string[];

function missingRequired(node: XdmNode, at: Path, filled: readonly Path[]): Path[] {
  switch (node.kind) {
    case 'object':
      return missingOfObject(node, at, filled);
    case 'array':
      return missingRequired(node.items, at, filled);
    default:
      return [];
  }
}

/** An object that is mapped whole, or not at all, needs nothing of its own. */
function missingOfObject({ properties, required }: ObjectNode, at: Path, filled: readonly Path[]): Path[] {
  const within = filled.filter((path) => path.length > at.length && startsWith(path, at));
  if (at.length > 0 && within.length === 0) return [];
  if (filled.some((path) => path.length === at.length && startsWith(path, at))) return [];
  const own = [...required].map((name) => [...at, name]).filter((path) => !isFilled(path, within));
  const entered = new Set(within.map((path) => path[at.length] ?? ''));
  const below = [...entered].flatMap((name) => {
    const child = properties.get(name);
    return child === undefined ? [] : missingRequired(child, [...at, name], within);
  });
  return [...own, ...below];
}

/** By a mapping of the path itself, of something in it, or of an object around it. */
function isFilled(path: Path, filled: readonly Path[]): boolean {
  return filled.some((other) => startsWith(other, path) || startsWith(path, other));
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((segment, index) => path[index] === segment);
}

async function primaryIdentities(store: ScopedStore, schemaId: string): Promise<Path[]> {
  const { items } = await store.resources('descriptor').list({
    filters: [
      { path: ['xdm:sourceSchema'], operator: '==', value: schemaId },
      { path: ['@type'], operator: '==', value: 'xdm:descriptorIdentity' },
      { path: ['xdm:isPrimary'], operator: '==', value: 'true' },
    ],
    limit: MAX_DESCRIPTORS,
  });
  return items.flatMap(({ body }) => {
    const property = body['xdm:sourceProperty'];
    return typeof property === 'string' ? [property.split('/').filter((segment) => segment !== '')] : [];
  });
}
