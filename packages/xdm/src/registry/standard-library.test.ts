import { describe, expect, test } from 'vitest';
import { composeResource, composeSchema } from '../compose/compose.ts';
import { PROFILE, tenantResource } from '../test-resources.ts';
import { altIdOf, type ResourceType } from './resource.ts';
import {
  lookupOver,
  STANDARD_LIBRARY_VERSION,
  standardLibrarySource,
  standardLookup,
  standardResource,
  standardResources,
} from './standard-library.ts';

const TYPES: readonly ResourceType[] = ['behaviors', 'classes', 'mixins', 'datatypes', 'schemas'];

test('the library holds every kind of resource and names its source and licence', () => {
  const counts = TYPES.map((type) => standardResources(type).length);
  expect(counts).toEqual([3, 53, 325, 219, 24]);
  expect(standardLibrarySource()).toMatchObject({ licence: 'CC-BY-4.0', repository: expect.any(String) });
});

describe.each(TYPES)('%s', (type) => {
  test('compose without a problem and have the altId of their $id', () => {
    for (const resource of standardResources(type)) {
      const composed =
        type === 'schemas'
          ? composeSchema(resource, standardLookup)
          : composeResource(resource, standardLookup);
      expect(composed, resource.$id).toMatchObject({ ok: true });
      expect(resource['meta:altId']).toBe(altIdOf(resource.$id));
    }
  });
});

test('every class keeps records or time series; ad-hoc classes are made by tenants', () => {
  const behaviors = standardResources('classes').map((resource) => {
    const composed = composeResource(resource, standardLookup);
    return composed.ok && composed.value.behavior;
  });
  expect(new Set(behaviors)).toEqual(
    new Set(['https://ns.adobe.com/xdm/data/record', 'https://ns.adobe.com/xdm/data/time-series']),
  );
});

test('every field group composes with every class it is meant for', () => {
  const pairs = standardResources('mixins').flatMap((group) =>
    (group['meta:intendedToExtend'] ?? [])
      .filter((id) => standardLookup.find(id) !== undefined)
      .map((classId) => ({ classId, groupId: group.$id })),
  );
  expect(pairs.length).toBeGreaterThan(300);
  for (const { classId, groupId } of pairs) {
    const schema = {
      $id: 'urn:schema',
      'meta:altId': '_urn:schema',
      'meta:resourceType': 'schemas',
      version: '1.0',
      title: 'Pair',
      allOf: [{ $ref: classId }, { $ref: groupId }],
    } as const;
    expect(composeResource(schema, standardLookup), `${classId} + ${groupId}`).toMatchObject({ ok: true });
  }
});

test('a resource is found by $id and by altId with or without the underscore, always the same object', () => {
  const profile = standardResource(PROFILE);
  expect(profile).toMatchObject({ title: 'XDM Individual Profile', version: STANDARD_LIBRARY_VERSION });
  expect(standardResource('_xdm.context.profile')).toBe(profile);
  expect(standardResource('xdm.context.profile')).toBe(profile);
  expect(standardResource('https://ns.adobe.com/xdm/context/nobody')).toBeUndefined();
});

test('the raw form has definitions, joined parts and the registry keywords of a global resource', () => {
  expect(standardResource(PROFILE)).toMatchObject({
    'meta:resourceType': 'classes',
    'meta:abstract': true,
    'meta:extensible': true,
    'meta:extends': ['https://ns.adobe.com/xdm/data/record', 'https://ns.adobe.com/xdm/common/auditable'],
    definitions: {
      profile: {
        properties: {
          personID: { type: 'string', 'meta:xdmType': 'string', 'meta:xdmField': 'xdm:personID' },
        },
      },
    },
    allOf: [
      { $ref: 'https://ns.adobe.com/xdm/common/auditable', type: 'object', 'meta:xdmType': 'object' },
      { $ref: 'https://ns.adobe.com/xdm/data/record', type: 'object', 'meta:xdmType': 'object' },
      { $ref: '#/definitions/profile', type: 'object', 'meta:xdmType': 'object' },
    ],
    'meta:registryMetadata': { eTag: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
});

test('wrapper objects of namespaces have no meta:xdmField, their leaves and other fields have', () => {
  const auditable = standardResource('_xdm.common.auditable');
  const own = Object.values(auditable?.definitions ?? {})[0]?.properties ?? {};
  const repo = own._repo;
  expect(repo).not.toHaveProperty('meta:xdmField');
  expect(repo?.properties?.createDate).toMatchObject({ 'meta:xdmField': 'repo:createDate' });
});

test('a map of the library is told as one', () => {
  const identityMap = standardResource('_xdm.context.identitymap');
  const own = Object.values(identityMap?.definitions ?? {})[0]?.properties ?? {};
  expect(own.identityMap).toMatchObject({
    type: 'object',
    'meta:xdmType': 'map',
    additionalProperties: { type: 'array', 'meta:xdmType': 'array', items: { type: 'object' } },
  });
});

test('a tenant resource cannot hide a global one', () => {
  const lookup = lookupOver([tenantResource('classes', 'impostor', { $id: PROFILE, title: 'Impostor' })]);
  expect(lookup.find(PROFILE)?.title).toBe('XDM Individual Profile');
});
