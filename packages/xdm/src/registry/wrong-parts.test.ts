import { describe, expect, test } from 'vitest';
import { EXPERIENCE_EVENT, PERSON_DETAILS, PROFILE, schemaOf, tenantResource } from '../test-resources.ts';
import type { TenantContext } from './envelope.ts';
import type { TenantResourceType } from './resource-check.ts';
import { lookupOver } from './standard-library.ts';
import { createTenantResource } from './tenant-resource.ts';

const CONTEXT: TenantContext = {
  tenantId: 'acme',
  imsOrg: '0123@AcmeOrg',
  sandboxId: 'd9a5f0e0',
  sandboxType: 'production',
  clientId: 'client',
  userId: 'user@acme',
  now: new Date(0),
};
const RECORD = 'https://ns.adobe.com/xdm/data/record';
const TIME_SERIES = 'https://ns.adobe.com/xdm/data/time-series';

const line = tenantResource('datatypes', 'line', { properties: { text: {} } });
const schema = schemaOf(PROFILE);
const ref = ($ref: string) => ({ $ref });

/** A body with a field of its own, in the tenant's namespace where its kind needs one. */
const body = (type: TenantResourceType, content: object = {}) => ({
  title: 'Title',
  ...(type === 'mixins' && { 'meta:intendedToExtend': [PROFILE] }),
  properties: type === 'datatypes' ? { own: {} } : { _acme: { properties: { own: {} } } },
  ...content,
});
const inField = (field: object) => ({ properties: { _acme: { properties: { x: field } } } });

describe('refused with its code and path', () => {
  test.each<[string, TenantResourceType, object, string, string]>([
    ['a class of two behaviours', 'classes', { allOf: [ref(RECORD), ref(TIME_SERIES)] }, '1000', '/allOf'],
    [
      'a class of a class with another behaviour',
      'classes',
      { allOf: [ref(TIME_SERIES), ref(PROFILE)] },
      '1000',
      '/allOf',
    ],
    ['a class of a schema', 'classes', { allOf: [ref(RECORD), ref(schema.$id)] }, '1000', '/allOf/1/$ref'],
    ['a field group of a class', 'mixins', { allOf: [ref(PROFILE)] }, '1000', '/allOf/0/$ref'],
    ['a field group of a behaviour', 'mixins', { allOf: [ref(RECORD)] }, '1000', '/allOf/0/$ref'],
    ['a field group of a schema', 'mixins', { allOf: [ref(schema.$id)] }, '1000', '/allOf/0/$ref'],
    ['a data type of a class', 'datatypes', { allOf: [ref(EXPERIENCE_EVENT)] }, '1000', '/allOf/0/$ref'],
    [
      'a class in a definition',
      'mixins',
      { definitions: { d: { allOf: [ref(PROFILE)] } }, allOf: [ref('#/definitions/d')] },
      '1000',
      '/definitions/d/allOf/0/$ref',
    ],
    ['a class in a field', 'mixins', inField(ref(PROFILE)), '1000', '/properties/_acme/properties/x/$ref'],
    [
      'a schema in a list',
      'mixins',
      inField({ type: 'array', items: ref(schema.$id) }),
      '1000',
      '/properties/_acme/properties/x/items/$ref',
    ],
    ['a data type’s fields at the root', 'mixins', { allOf: [ref(line.$id)] }, '1021', '/text'],
    [
      'a data type’s fields in a standard object',
      'mixins',
      { properties: { person: { allOf: [ref(line.$id)] } } },
      '1021',
      '/person/text',
    ],
    ['a namespace that is a text', 'mixins', { properties: { _acme: { type: 'string' } } }, '1021', '/_acme'],
    [
      'a namespace that is a list',
      'mixins',
      { properties: { _acme: { type: 'array', items: {} } } },
      '1021',
      '/_acme',
    ],
    ['a required field that is nowhere', 'datatypes', { required: ['own', 'lost'] }, '1000', '/required'],
    [
      'a required field that no part has',
      'datatypes',
      { allOf: [ref(line.$id)], required: ['text', 'lost'] },
      '1000',
      '/required',
    ],
    [
      'excluded bounds that exclude all',
      'mixins',
      inField({ type: 'number', exclusiveMinimum: 5, exclusiveMaximum: 5 }),
      '1000',
      '/properties/_acme/properties/x/exclusiveMinimum',
    ],
  ])('%s', (_name, type, content, code, path) => {
    const outcome = createTenantResource(type, body(type, content), CONTEXT, lookupOver([line, schema]));
    const told = outcome.ok ? [] : outcome.problems.map((problem) => [problem.code, problem.path]);
    expect(told).toEqual([[`XDM-${code}-400`, path]]);
  });
});

test.each<[string, TenantResourceType, object]>([
  ['a class of a class', 'classes', { allOf: [ref(PROFILE)] }],
  [
    'a class with a standard data type',
    'classes',
    { allOf: [ref(RECORD), ref('https://ns.adobe.com/xdm/common/auditable')] },
  ],
  ['a field group of a field group', 'mixins', { allOf: [ref(PERSON_DETAILS)] }],
  ['a field group that requires what its class brings', 'mixins', { required: ['personID'] }],
  ['a namespace that is a data type', 'mixins', { properties: { _acme: ref(line.$id) } }],
  ['a field group in a field, as the standard library has', 'mixins', inField(ref(PERSON_DETAILS))],
  ['a map whose values say no type', 'mixins', inField({ type: 'object', additionalProperties: {} })],
  ['equal bounds', 'mixins', inField({ type: 'number', minimum: 5, maximum: 5 })],
])('%s is accepted', (_name, type, content) => {
  const outcome = createTenantResource(type, body(type, content), CONTEXT, lookupOver([line, schema]));
  expect(outcome).toMatchObject({ ok: true });
});
