import { formatPath } from '../compose/path.ts';
import {
  type FieldSchema,
  isContextReference,
  localDefinition,
  type RegistryResource,
  tagsOf,
} from '../registry/resource.ts';
import { type BreakingChange, NOTHING } from './evolution.ts';

/**
 * Breaking changes that the resolved tree need not show: a field that refers to another data type (of the same fields,
 * maybe), a field group that is composed no more, another class, and an immutable tag that is gone.
 */
export function breakingPartChanges(
  before: RegistryResource,
  after: RegistryResource,
): readonly BreakingChange[] {
  return [...classChange(before, after), ...removedParts(before, after), ...referenceChanges(before, after)];
}

/** Tags that are gone, such as `union`: they may be added and never removed, whoever uses the schema. */
export function removedTags(before: RegistryResource, after: RegistryResource): readonly BreakingChange[] {
  const kept = tagsOf(after);
  return tagsOf(before)
    .filter((tag) => !kept.includes(tag))
    .map((tag) => ({ rule: 'tag removed', path: '/meta:immutableTags', before: tag, after: NOTHING }));
}

function classChange(before: RegistryResource, after: RegistryResource): readonly BreakingChange[] {
  const [former, next] = [before['meta:class'], after['meta:class']];
  if (former === undefined || former === next) return [];
  return [{ rule: 'class changed', path: '/meta:class', before: former, after: next ?? NOTHING }];
}

function removedParts(before: RegistryResource, after: RegistryResource): readonly BreakingChange[] {
  const kept = partIds(after);
  return partIds(before)
    .filter((id) => id !== before['meta:class'] && !kept.includes(id))
    .map((id) => ({ rule: 'part removed', path: '/allOf', before: id, after: NOTHING }));
}

function partIds({ allOf = [] }: FieldSchema): readonly string[] {
  return allOf.flatMap(({ $ref }) => ($ref === undefined || isLocal($ref) ? [] : [$ref]));
}

function isLocal(reference: string): boolean {
  return reference.startsWith('#') || isContextReference(reference);
}

function referenceChanges(before: RegistryResource, after: RegistryResource): readonly BreakingChange[] {
  const next = referencesByPath(after);
  return Array.from(referencesByPath(before)).flatMap(([path, ids]) => {
    const nextIds = next.get(path);
    // A field that is gone is told of by the resolved tree; the root's own references are parts.
    if (nextIds === undefined || path === '') return [];
    const gone = [...ids].filter((id) => !nextIds.has(id));
    return gone.map((id) => ({
      rule: 'reference changed' as const,
      path,
      before: id,
      after: [...nextIds].join(', ') || NOTHING,
    }));
  });
}

/** For every field that a resource itself defines, by path, which other resources it refers to. */
function referencesByPath(resource: RegistryResource): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const following = new Set<FieldSchema>();
  const visit = (field: FieldSchema, path: readonly string[]): void => {
    if (following.has(field)) return;
    following.add(field);
    const at = formatPath(path);
    const references = found.get(at) ?? new Set();
    found.set(at, references);
    const { $ref } = field;
    if ($ref !== undefined && !isLocal($ref)) references.add($ref);
    const local = localDefinition(resource, $ref);
    if (local !== undefined) visit(local, path);
    for (const part of field.allOf ?? []) visit(part, path);
    for (const [name, child] of Object.entries(field.properties ?? {})) visit(child, [...path, name]);
    if (field.items !== undefined) visit(field.items, [...path, '[]']);
    if (typeof field.additionalProperties === 'object') visit(field.additionalProperties, [...path, '{}']);
    following.delete(field);
  };
  visit(resource, []);
  return found;
}
