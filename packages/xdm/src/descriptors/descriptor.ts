import { closeNames } from '../compose/node-path.ts';
import { type Outcome, problem, type RegistryProblem } from '../problem.ts';
import { isJsonObject } from '../registry/field-check.ts';
import { propertyPath, propertySteps } from './descriptor-path.ts';
import { DESCRIPTOR_TYPES, type DescriptorField, type DescriptorType } from './descriptor-types.ts';

/** Metadata about a field of a schema, kept beside it; the fields of each `@type` are in {@link DESCRIPTOR_TYPES}. */
export interface Descriptor {
  readonly '@type': string;
  readonly 'xdm:sourceSchema': string;
  readonly 'xdm:sourceVersion': number;
  /** Paths in registry names, such as `/person/name` or `/orders[*]/sku`. */
  readonly 'xdm:sourceProperty'?: string | readonly string[];
  readonly [field: string]: unknown;
}

/** Fields that every stored descriptor has; clients send them back, and they are made anew. */
const ENVELOPE: ReadonlySet<string> = new Set([
  '@id',
  'imsOrg',
  'version',
  'created',
  'updated',
  'createdUser',
  'updatedUser',
  'createdClient',
  'updatedClient',
  'meta:containerId',
  'meta:sandboxId',
  'meta:sandboxType',
  'meta:registryMetadata',
  'meta:resourceType',
]);

const COMMON: Readonly<Record<string, DescriptorField>> = {
  'xdm:sourceSchema': { kind: 'schema', required: true },
  'xdm:sourceVersion': { kind: 'version', default: 1 },
};

const MAX_TEXT = 4_000;
const MAX_ENTRIES = 1_000;

type Body = Readonly<Record<string, unknown>>;

/**
 * Reads the JSON body of a descriptor: its fields checked by its `@type`, defaults filled in, paths in registry names. Fails
 * with everything that is wrong with its shape; whether its schema has the fields is `descriptorProblems`' to say.
 */
export function parseDescriptor(body: unknown): Outcome<Descriptor> {
  if (!isJsonObject(body)) return failed([wrong('', 'The body must be a JSON object, the descriptor.')]);
  const name = body['@type'];
  const known = typeof name === 'string' && Object.hasOwn(DESCRIPTOR_TYPES, name);
  const type = known ? DESCRIPTOR_TYPES[name] : undefined;
  if (typeof name !== 'string' || type === undefined) return failed([unknownType(name)]);
  const fields = { ...COMMON, ...type.fields };
  const problems: RegistryProblem[] = [...unknownFields(body, name, fields)];
  const values: Record<string, unknown> = {};
  for (const [field, rule] of Object.entries(fields)) {
    const value = givenValue(body, field, rule) ?? rule.default;
    if (value === undefined && rule.required) problems.push(wrong(field, `${field} is missing.`));
    if (value === undefined) continue;
    const fault = faultOf(value, rule);
    if (fault === undefined) values[field] = canonical(value, rule);
    else problems.push(wrong(field, `${field} must be ${fault}.`));
  }
  const properties = sourceProperties(body, type);
  if (!properties.ok) problems.push(...properties.problems);
  if (problems.length > 0 || !properties.ok) return failed(problems);
  const { 'xdm:sourceSchema': schema, 'xdm:sourceVersion': version, ...own } = values;
  return {
    ok: true,
    value: {
      '@type': name,
      // Both have passed the rules of COMMON.
      'xdm:sourceSchema': schema as string,
      'xdm:sourceVersion': version as number,
      ...(properties.value !== undefined && { 'xdm:sourceProperty': properties.value }),
      ...own,
    },
  };
}

/** The paths of the fields that a descriptor is about; none where it is about the whole schema. */
export function sourcePropertiesOf({ 'xdm:sourceProperty': paths }: Descriptor): readonly string[] {
  if (paths === undefined) return [];
  return typeof paths === 'string' ? [paths] : paths;
}

function unknownType(name: unknown): RegistryProblem {
  const names = Object.keys(DESCRIPTOR_TYPES);
  const close = typeof name === 'string' ? closeNames(name, names) : [];
  const mend = close.length > 0 ? `Did you mean ${close.join(' or ')}?` : `It is one of ${names.join(', ')}.`;
  return wrong(
    '@type',
    `@type is no type of descriptor${typeof name === 'string' ? `: ${name}` : ''}. ${mend}`,
  );
}

function unknownFields(
  body: Body,
  type: string,
  fields: Readonly<Record<string, DescriptorField>>,
): readonly RegistryProblem[] {
  const names = Object.entries(fields).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
  const known = new Set([...names, '@type', 'xdm:sourceProperty']);
  return Object.keys(body).flatMap((name) => {
    if (known.has(name) || ENVELOPE.has(name)) return [];
    const close = closeNames(name, [...known]);
    const mend = close.length > 0 ? `Did you mean ${close.join(' or ')}?` : 'Leave it out.';
    return [wrong(name, `${type} has no field ${name}. ${mend}`)];
  });
}

/** What the client gave, under any of the names; empty texts stand for nothing given, as some clients send them. */
function givenValue(body: Body, name: string, { kind, aliases = [] }: DescriptorField): unknown {
  const value = [name, ...aliases].map((key) => body[key]).find((given) => given !== undefined);
  const isNothing = value === null || (value === '' && kind !== 'text');
  return isNothing ? undefined : value;
}

/** What the value would have to be; undefined where it is that. */
function faultOf(value: unknown, { kind, oneOf, maxLength = MAX_TEXT }: DescriptorField): string | undefined {
  switch (kind) {
    case 'schema':
      return isText(value) ? undefined : 'the $id of a schema';
    case 'version':
      return Number(value) === 1 && typeof value !== 'boolean'
        ? undefined
        : '1, the major version of all schemas';
    case 'property':
      return typeof value === 'string' && propertySteps(value) !== undefined ? undefined : PATH_RULE;
    case 'namespace':
      return isText(value) || Number.isSafeInteger(value)
        ? undefined
        : 'the code or id of an identity namespace';
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'text':
      if (oneOf !== undefined)
        return oneOf.some((text) => text === value) ? undefined : `one of ${oneOf.join(', ')}`;
      return typeof value === 'string' && value.length <= maxLength
        ? undefined
        : `a text of at most ${maxLength} characters`;
    case 'localized':
    case 'labels': {
      const isTexts =
        isJsonObject(value) &&
        Object.keys(value).length <= MAX_ENTRIES &&
        Object.values(value).every((text) => typeof text === 'string' && text.length <= MAX_TEXT);
      if (isTexts) return undefined;
      return kind === 'labels' ? 'an object of labels by value' : 'an object such as {"en_us": "a text"}';
    }
    case 'texts': {
      const texts = Array.isArray(value) ? value : [value];
      const isTexts = texts.length > 0 && texts.length <= MAX_ENTRIES && texts.every(isText);
      return isTexts && new Set(texts).size === texts.length
        ? undefined
        : 'an array of different texts, at least one';
    }
    case 'timezone':
      return typeof value === 'string' && isTimeZone(value) ? undefined : 'a time zone such as Europe/Paris';
  }
}

const PATH_RULE =
  'a path such as /personalEmail/address: it begins with "/", does not end with it, and does not name "properties"';

/** The value as it is kept. */
function canonical(value: unknown, { kind }: DescriptorField): unknown {
  switch (kind) {
    case 'version':
      return 1;
    case 'namespace':
      return String(value);
    case 'property':
      return propertyPath(propertySteps(String(value)) ?? []);
    case 'texts':
      return Array.isArray(value) ? value : [value];
    default:
      return value;
  }
}

function sourceProperties(
  body: Body,
  { sourceProperty }: DescriptorType,
): Outcome<string | readonly string[] | undefined> {
  const given = body['xdm:sourceProperty'];
  if (given === undefined || given === '') {
    if (sourceProperty === 'none') return { ok: true, value: undefined };
    return failed([wrong('xdm:sourceProperty', `xdm:sourceProperty is missing. It is ${PATH_RULE}.`)]);
  }
  const paths: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (Array.isArray(given) && sourceProperty !== 'many') {
    return failed([wrong('xdm:sourceProperty', 'xdm:sourceProperty must be one path, not an array.')]);
  }
  const steps = paths.map((path) => (typeof path === 'string' ? propertySteps(path) : undefined));
  const normal = steps.flatMap((path) => (path === undefined ? [] : [propertyPath(path)]));
  if (normal.length < paths.length || normal.length === 0 || new Set(normal).size < normal.length) {
    return failed([wrong('xdm:sourceProperty', `xdm:sourceProperty must be ${PATH_RULE}.`)]);
  }
  const [first] = normal;
  return { ok: true, value: Array.isArray(given) ? normal : first };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function failed(problems: readonly RegistryProblem[]): Outcome<never> {
  return { ok: false, problems };
}

function wrong(field: string, message: string): RegistryProblem {
  return problem('XDM-1000-400', field === '' ? '' : `/${field}`, message);
}
