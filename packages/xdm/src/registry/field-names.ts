import { formatDottedPath, formatPath } from '../compose/path.ts';
import { problem, type RegistryProblem } from '../problem.ts';
import { type FieldSchema, localDefinition, type ResourceLookup } from './resource.ts';
import { isStandard } from './standard-library.ts';
import { fieldKindOf } from './xdm-type.ts';

/** A resource's own fields, before it has an envelope. */
export interface OwnFields extends FieldSchema {
  readonly definitions?: Readonly<Record<string, FieldSchema>>;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const MAX_NAME_LENGTH = 128;

/**
 * What is wrong with the names of a tenant resource's own fields. With a `namespace` (`_{tenant}`) every field must
 * stand below an object of that name, at the root or inside objects of standard field groups; data types have none.
 * Fields that come from other resources by `$ref` are theirs and are not looked at, save those of a tenant's data type
 * outside of the namespace, which has them stand where only standard ones may.
 */
export function nameProblems(
  resource: OwnFields,
  namespace: string | undefined,
  lookup: ResourceLookup,
): readonly RegistryProblem[] {
  const walk: Walk = {
    resource,
    namespace,
    lookup,
    problems: [],
    seenOwn: new Set(),
    seenOutside: new Set(),
  };
  visitField(resource, [], namespace === undefined, walk);
  return walk.problems;
}

interface Walk {
  readonly resource: OwnFields;
  readonly namespace: string | undefined;
  readonly lookup: ResourceLookup;
  readonly problems: RegistryProblem[];
  /** Fields looked at already, below the namespace and outside: a definition may be referred to many times. */
  readonly seenOwn: Set<FieldSchema>;
  readonly seenOutside: Set<FieldSchema>;
}

type Path = readonly string[];

/** `own`: whether the tenant may name fields here as it likes. */
function visitField(field: FieldSchema, path: Path, own: boolean, walk: Walk): void {
  const seen = own ? walk.seenOwn : walk.seenOutside;
  if (seen.has(field)) return;
  seen.add(field);
  const local = localDefinition(walk.resource, field.$ref);
  if (local !== undefined) visitField(local, path, own, walk);
  const dataType = own ? undefined : tenantDataType(field.$ref, walk.lookup);
  if (dataType !== undefined) visitField(dataType, path, own, { ...walk, resource: dataType });
  for (const part of field.allOf ?? []) visitField(part, path, own, walk);
  if (field.properties !== undefined) visitProperties(field.properties, path, own, walk);
  if (field.items !== undefined) visitField(field.items, [...path, '[]'], own, walk);
  if (typeof field.additionalProperties === 'object') {
    visitField(field.additionalProperties, [...path, '{}'], own, walk);
  }
}

function visitProperties(
  properties: Readonly<Record<string, FieldSchema>>,
  path: Path,
  own: boolean,
  walk: Walk,
): void {
  const namesByFold = new Map<string, string>();
  for (const [name, field] of Object.entries(properties)) {
    const at = [...path, name];
    const isNamespace = !own && name === walk.namespace;
    const namesake = namesByFold.get(name.toLowerCase());
    namesByFold.set(name.toLowerCase(), name);
    if (namesake !== undefined) {
      report(
        walk,
        'XDM-1000-400',
        at,
        `"${name}" and "${namesake}" differ only in case. Rename one of them.`,
      );
    }
    if (!isNamespace && !isAllowedName(name, own)) {
      const mend = own ? '' : ' Only namespaces may begin with "_".';
      const rule = `Use letters, digits, "_" and "-", at most ${MAX_NAME_LENGTH}, not beginning with "_" or "-".${mend}`;
      report(walk, 'XDM-1000-400', at, `"${name}" cannot be a field's name. ${rule}`);
    } else if (!own && !isNamespace && !hasFieldsWithin(field, walk.resource)) {
      reportOutside(walk, at);
    } else if (isNamespace && fieldKindOf(field) !== 'object') {
      const message = `${name} is the namespace of custom fields, so it is an object: give it "properties".`;
      report(walk, 'XDM-1021-400', at, message);
    } else {
      visitField(field, at, own || isNamespace, walk);
    }
  }
}

function isAllowedName(name: string, own: boolean): boolean {
  if (name.length > MAX_NAME_LENGTH) return false;
  return NAME.test(own ? name : name.replace(/^_/, ''));
}

/** Whether custom fields can stand deeper inside, as in `person._acme.loyaltyId`. */
function hasFieldsWithin(field: FieldSchema, resource: OwnFields): boolean {
  const local = localDefinition(resource, field.$ref);
  return field.properties !== undefined || field.allOf !== undefined || local?.properties !== undefined;
}

function tenantDataType(reference: string | undefined, lookup: ResourceLookup) {
  const found = reference === undefined ? undefined : lookup.find(reference);
  return found?.['meta:resourceType'] === 'datatypes' && !isStandard(found) ? found : undefined;
}

function reportOutside(walk: Walk, path: Path): void {
  const mended = formatDottedPath([walk.namespace ?? '', ...path]);
  const message = `A custom field is defined under an invalid namespace: ${formatPath(path)}. All custom fields must be defined under a field named ${walk.namespace}, such as "${mended}".`;
  report(walk, 'XDM-1021-400', path, message);
}

function report(walk: Walk, code: 'XDM-1000-400' | 'XDM-1021-400', path: Path, message: string): void {
  walk.problems.push(problem(code, formatPath(path), message));
}
