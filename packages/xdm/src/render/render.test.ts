import { expect, test } from 'vitest';
import { composeResource } from '../compose/compose.ts';
import { leafTypes } from '../compose/leaves.test-kit.ts';
import type { RegistryResource } from '../registry/resource.ts';
import {
  lookupOver,
  standardLookup,
  standardResource,
  standardResources,
} from '../registry/standard-library.ts';
import { EXPERIENCE_EVENT, PERSON_DETAILS, PROFILE, schemaOf, tenantResource } from '../test-resources.ts';
import { type AcceptForm, parseAccept } from './accept.ts';
import { renderResource } from './render.ts';

const SCHEMA = schemaOf(PROFILE, PERSON_DETAILS);

function form(flags: string): AcceptForm {
  const parsed = parseAccept(`application/vnd.adobe.xed${flags}+json; version=1`, 'single');
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value;
}

function rendered(resource: RegistryResource, flags: string, descriptors?: readonly unknown[]) {
  const outcome = renderResource(resource, form(flags), standardLookup, descriptors);
  if (!outcome.ok) throw new Error(outcome.problems[0]?.message);
  return outcome.value;
}

/** All keys of a JSON value, at every depth. */
function keysIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(keysIn)];
}

test('the id form is title, ids and version', () => {
  expect(rendered(SCHEMA, '-id')).toEqual({
    title: 'schema',
    $id: SCHEMA.$id,
    'meta:altId': SCHEMA['meta:altId'],
    version: '1.0',
  });
});

test('the raw form is the resource as it is stored', () => {
  expect(rendered(SCHEMA, '')).toEqual(SCHEMA);
});

test('the full form has the tree of fields in place of allOf', () => {
  const full = rendered(SCHEMA, '-full');
  expect(full).toMatchObject({
    $id: SCHEMA.$id,
    type: 'object',
    'meta:xdmType': 'object',
    'meta:extends': expect.arrayContaining([PROFILE, PERSON_DETAILS, 'https://ns.adobe.com/xdm/data/record']),
    properties: {
      _repo: {
        type: 'object',
        'meta:xdmType': 'object',
        properties: {
          createDate: {
            type: 'string',
            format: 'date-time',
            'meta:xdmType': 'date-time',
            'meta:xdmField': 'repo:createDate',
          },
        },
      },
      person: {
        title: 'Person',
        properties: {
          birthYear: { type: 'integer', minimum: 1, maximum: 32_767, 'meta:xdmType': 'short' },
        },
      },
    },
  });
  expect(keysIn(full)).not.toContain('allOf');
  expect(keysIn(full)).not.toContain('$ref');
  expect(full).not.toHaveProperty('definitions');
});

test('required fields show in the full form, at the root and inside', () => {
  const full = rendered(schemaOf(EXPERIENCE_EVENT), '-full');
  expect(full).toMatchObject({ required: expect.arrayContaining(['_id', 'timestamp']) });
});

test('maps and lists show what they hold', () => {
  expect(rendered(schemaOf(EXPERIENCE_EVENT), '-full')).toMatchObject({
    properties: {
      identityMap: {
        type: 'object',
        'meta:xdmType': 'map',
        additionalProperties: { type: 'array', items: { properties: { id: { type: 'string' } } } },
      },
    },
  });
});

test('of limits that several parts give to one list the tightest show', () => {
  const part = (name: string, limits: object) =>
    tenantResource('mixins', name, {
      properties: { _acme: { properties: { codes: { type: 'array', items: {}, ...limits } } } },
    });
  const parts = [part('one', { minItems: 1, maxItems: 9 }), part('two', { minItems: 3, uniqueItems: true })];
  const outcome = renderResource(
    schemaOf(PROFILE, ...parts.map(({ $id }) => $id)),
    form('-full'),
    lookupOver(parts),
  );
  expect(outcome).toMatchObject({
    value: {
      properties: { _acme: { properties: { codes: { minItems: 3, maxItems: 9, uniqueItems: true } } } },
    },
  });
});

test('-notext leaves out titles and descriptions but not fields of that name', () => {
  const group = tenantResource('mixins', 'texts', {
    description: 'Texts',
    definitions: { own: { properties: { title: { title: 'A title', description: 'Of something' } } } },
    allOf: [{ $ref: '#/definitions/own' }],
  });
  expect(rendered(group, '-notext')).toMatchObject({ definitions: { own: { properties: { title: {} } } } });
  expect(keysIn(rendered(group, '-notext')).filter((key) => key === 'title')).toHaveLength(1);
  expect(rendered(group, '-full-notext')).toMatchObject({ properties: { title: { type: 'string' } } });
  expect(keysIn(rendered(group, '-full-notext'))).not.toContain('description');
});

test('-desc shows the descriptors it is given', () => {
  const descriptor = { '@type': 'xdm:descriptorIdentity' };
  expect(rendered(SCHEMA, '-full-desc', [descriptor])).toHaveProperty('meta:descriptors', [descriptor]);
  expect(rendered(SCHEMA, '-full', [descriptor])).not.toHaveProperty('meta:descriptors');
});

test('the full form of every global resource composes to the same leaves again', () => {
  for (const type of ['behaviors', 'classes', 'mixins', 'datatypes', 'schemas'] as const) {
    for (const resource of standardResources(type)) {
      // The full form is registry JSON too, so it is read as a resource.
      const full = rendered(resource, '-full') as RegistryResource;
      const [direct, again] = [resource, full].map((each) => {
        const composed = composeResource(each, standardLookup);
        return composed.ok ? leafTypes(composed.value.root) : composed.problems;
      });
      expect(again, resource.$id).toEqual(direct);
    }
  }
});

test('a resource whose parts are gone cannot be shown in full', () => {
  expect(renderResource(schemaOf(PROFILE, 'urn:gone'), form('-full'), standardLookup)).toMatchObject({
    ok: false,
    problems: [{ message: expect.stringContaining('urn:gone') }],
  });
});

test('global classes are shown in every form', () => {
  const profile = standardResource(PROFILE);
  if (profile === undefined) throw new Error('There is no profile class');
  expect(rendered(profile, '-full')).toMatchObject({
    properties: { personID: { 'meta:xdmField': 'xdm:personID' } },
  });
});
