import { expect, test } from 'vitest';
import { altIdOf, referencedIds } from './resource.ts';

test.each([
  ['https://ns.adobe.com/xdm/context/profile-person-details', '_xdm.context.profile-person-details'],
  ['https://ns.adobe.com/acme/schemas/0ef4ce0d390f0809', '_acme.schemas.0ef4ce0d390f0809'],
  ['https://ns.adobe.com/xdm/context/profile__union', '_xdm.context.profile__union'],
  ['http://schema.org/GeoCoordinates', '_schema.org.GeoCoordinates'],
  ['http://ns.adobe.com/adobecloud/core/1.0/', '_adobecloud.core.1.0'],
])('the altId of %s is %s', (id, altId) => {
  expect(altIdOf(id)).toBe(altId);
});

test('references are found at every depth, each once, without local ones', () => {
  const ids = referencedIds({
    allOf: [{ $ref: 'urn:class' }, { $ref: '#/definitions/own' }],
    definitions: {
      own: {
        properties: {
          list: { type: 'array', items: { $ref: 'urn:item' } },
          map: { type: 'object', additionalProperties: { $ref: 'urn:value' } },
          again: { $ref: 'urn:item' },
        },
      },
    },
  });
  expect(ids).toEqual(['urn:class', 'urn:item', 'urn:value']);
});
