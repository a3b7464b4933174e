import { type Outcome, problem, type RegistryProblem } from '../problem.ts';
import { RECORD } from './behaviors.ts';
import { allOfProblems, fieldsByNameProblems, isJsonObject, isShallow, pointer } from './field-check.ts';
import type { OwnFields } from './field-names.ts';
import type { ResourceType } from './resource.ts';

/** Kinds of resources that a tenant may create. */
export type TenantResourceType = Exclude<ResourceType, 'behaviors'>;

/** The body of a creation, its shape checked. */
export interface ResourceBody extends OwnFields {
  readonly title: string;
  readonly 'meta:class'?: string;
  readonly 'meta:intendedToExtend'?: readonly string[];
}

const MAX_TITLE_LENGTH = 256;

/** Keywords that each kind of resource may define fields with. */
const FIELD_KEYWORDS: Readonly<Record<TenantResourceType, readonly string[]>> = {
  schemas: ['allOf'],
  classes: ['allOf', 'definitions', 'properties', 'required'],
  mixins: ['allOf', 'definitions', 'properties', 'required'],
  datatypes: ['allOf', 'definitions', 'properties', 'required'],
};

const ALL_FIELD_KEYWORDS = FIELD_KEYWORDS.classes;

/** Besides these and `meta:…`, a body has field keywords only. The server gives most of them anew. */
const ENVELOPE_KEYWORDS: readonly string[] = [
  '$id',
  '$schema',
  'version',
  'title',
  'description',
  'type',
  'imsOrg',
  'examples',
  'additionalProperties',
];

const NAMES: Readonly<Record<TenantResourceType, string>> = {
  schemas: 'schema',
  classes: 'class',
  mixins: 'field group',
  datatypes: 'data type',
};

/** Reads the JSON body of a creation. Fails with everything that is wrong with its shape. */
export function parseResourceBody(type: TenantResourceType, body: unknown): Outcome<ResourceBody> {
  if (!isJsonObject(body)) return failed([wrong('', `The body must be a JSON object, the ${NAMES[type]}.`)]);
  if (!isShallow(body)) return failed([wrong('', 'The body is nested too deeply.')]);
  const problems = [
    ...keywordProblems(type, body),
    ...titleProblems(body),
    ...fixedProblems(type, body),
    ...idProblems(type, body),
    ...fieldProblems(type, body),
  ];
  // Every keyword that ResourceBody names has been checked above.
  return problems.length > 0 ? failed(problems) : { ok: true, value: body as ResourceBody };
}

type Body = Readonly<Record<string, unknown>>;

function keywordProblems(type: TenantResourceType, body: Body): readonly RegistryProblem[] {
  return Object.keys(body).flatMap((keyword) => {
    if (keyword.startsWith('meta:') || ENVELOPE_KEYWORDS.includes(keyword)) return [];
    if (FIELD_KEYWORDS[type].includes(keyword)) return [];
    const mend = ALL_FIELD_KEYWORDS.includes(keyword)
      ? 'Its fields come from the class and field groups in allOf: define yours in a field group.'
      : 'Leave it out; fields go under "properties" or "definitions".';
    return [wrong(pointer('', keyword), `A ${NAMES[type]} has no "${keyword}". ${mend}`)];
  });
}

function titleProblems({ title, description }: Body): readonly RegistryProblem[] {
  const problems: RegistryProblem[] = [];
  if (typeof title !== 'string' || title.trim() === '') {
    problems.push(wrong('/title', 'title is missing. Give a text that no other resource has as its title.'));
  } else if (title.length > MAX_TITLE_LENGTH) {
    problems.push(wrong('/title', `title has ${title.length} characters; ${MAX_TITLE_LENGTH} are allowed.`));
  }
  if (description !== undefined && typeof description !== 'string') {
    problems.push(wrong('/description', 'description must be text.'));
  }
  return problems;
}

/** Keywords that a client may repeat but not choose. */
function fixedProblems(type: TenantResourceType, body: Body): readonly RegistryProblem[] {
  const fixed = {
    type: 'object',
    'meta:xdmType': 'object',
    'meta:resourceType': type,
    'meta:containerId': 'tenant',
  };
  return Object.entries(fixed).flatMap(([keyword, value]) => {
    if (body[keyword] === undefined || body[keyword] === value) return [];
    return [wrong(pointer('', keyword), `${keyword} of a tenant's ${NAMES[type]} is "${value}".`)];
  });
}

function idProblems(type: TenantResourceType, body: Body): readonly RegistryProblem[] {
  const problems: RegistryProblem[] = [];
  const classId = body['meta:class'];
  if (classId !== undefined && typeof classId !== 'string') {
    problems.push(wrong('/meta:class', 'meta:class must be the $id of a class.'));
  }
  const intended = body['meta:intendedToExtend'];
  if (intended === undefined && type === 'mixins') {
    const message =
      'A field group needs meta:intendedToExtend, an array of the classes that it is meant for.';
    problems.push(wrong('/meta:intendedToExtend', message));
  }
  const isIds = Array.isArray(intended) && intended.every((id) => typeof id === 'string');
  if (intended !== undefined && !isIds) {
    problems.push(
      wrong('/meta:intendedToExtend', 'meta:intendedToExtend must be an array of $ids of classes.'),
    );
  }
  return problems;
}

function fieldProblems(type: TenantResourceType, body: Body): readonly RegistryProblem[] {
  const { allOf, definitions, properties, required } = body;
  const isNames = Array.isArray(required) && required.every((name) => typeof name === 'string');
  return [
    ...(allOf === undefined ? missingFields(type, body) : allOfProblems(allOf, '/allOf')),
    ...(definitions === undefined ? [] : fieldsByNameProblems(definitions, '/definitions')),
    ...(properties === undefined ? [] : fieldsByNameProblems(properties, '/properties')),
    ...(required === undefined || isNames ? [] : [wrong('/required', 'required must be an array of names.')]),
  ];
}

function missingFields(
  type: TenantResourceType,
  { properties, definitions }: Body,
): readonly RegistryProblem[] {
  switch (type) {
    case 'schemas':
      return [wrong('/allOf', 'allOf is missing. Name one class and any field groups, each as {"$ref": …}.')];
    case 'classes':
      return [wrong('/allOf', `allOf is missing. Name a behaviour, such as ${RECORD}, as {"$ref": …}.`)];
    case 'mixins':
    case 'datatypes':
      if (properties !== undefined) return [];
      return [
        definitions === undefined
          ? wrong('', `A ${NAMES[type]} defines fields, under "properties" or "definitions".`)
          : wrong('/allOf', 'allOf is missing. Name each definition as {"$ref": "#/definitions/…"}.'),
      ];
  }
}

function failed(problems: readonly RegistryProblem[]): Outcome<never> {
  return { ok: false, problems };
}

function wrong(path: string, message: string): RegistryProblem {
  return problem('XDM-1000-400', path, message);
}
