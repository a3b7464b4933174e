import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../descriptors/descriptor.ts';
import { lookupOver } from '../registry/standard-library.ts';
import {
  EXPERIENCE_EVENT,
  idOf,
  PERSON_DETAILS,
  PERSONAL_DETAILS,
  PROFILE,
  schemaOf,
  tenantResource,
} from '../test-resources.ts';
import { composeSchema, type ResolvedSchema } from './compose.ts';
import { classOfUnion, composeUnion, fullUnion, unionIdOf, unionOf, unionProblems } from './union.ts';

const group = (name: string, type: string) =>
  tenantResource('mixins', name, {
    properties: { _acme: { type: 'object', properties: { points: { type } } } },
  });
const points = group('points', 'integer');
const otherPoints = group('other-points', 'string');
const lookup = lookupOver([points, otherPoints]);

describe('the union of a class', () => {
  const members = [
    schemaOf(PROFILE, PERSON_DETAILS, points.$id),
    schemaOf(PROFILE, PERSONAL_DETAILS, points.$id),
  ];
  const union = unionOf(PROFILE, members, lookup);

  it('joins the class and every field group of its members once', () => {
    expect(union.allOf?.map(({ $ref }) => $ref)).toEqual([
      PROFILE,
      PERSON_DETAILS,
      points.$id,
      PERSONAL_DETAILS,
    ]);
    expect(union).toMatchObject({
      $id: `${PROFILE}__union`,
      'meta:altId': '_xdm.context.profile__union',
      title: `Union object for ${PROFILE}`,
      'meta:class': PROFILE,
      'meta:resourceType': 'unions',
    });
    expect(union['meta:extends']).toEqual(
      expect.arrayContaining([PROFILE, 'https://ns.adobe.com/xdm/data/record', points.$id]),
    );
    expect(classOfUnion(unionIdOf(PROFILE))).toBe(PROFILE);
    expect(classOfUnion(PROFILE)).toBeUndefined();
  });

  it('has identities, segments and events besides in its full form', () => {
    const events = unionOf(EXPERIENCE_EVENT, [schemaOf(EXPERIENCE_EVENT, points.$id)], lookup);
    const composed = composeUnion(fullUnion(union, [events], lookup), lookup);
    if (!composed.ok) throw new Error(composed.problems[0]?.message);
    const { properties } = composed.value.root;
    expect([...properties.keys()]).toEqual(
      expect.arrayContaining([
        'person',
        'homeAddress',
        '_acme',
        'identityMap',
        'segmentMembership',
        'timeSeriesEvents',
      ]),
    );
    expect(properties.has('segments')).toBe(false);
    const list = properties.get('timeSeriesEvents');
    const item = list?.kind === 'array' && list.items.kind === 'object' ? list.items : undefined;
    expect([...(item?.properties.keys() ?? [])]).toEqual(
      expect.arrayContaining(['timestamp', 'eventType', '_acme']),
    );
  });

  it('of events holds no events', () => {
    const events = unionOf(EXPERIENCE_EVENT, [schemaOf(EXPERIENCE_EVENT)], lookup);
    const composed = composeUnion(fullUnion(events, [], lookup), lookup);
    expect(composed.ok && composed.value.root.properties.has('timeSeriesEvents')).toBe(false);
  });

  it('tells of members that give one path two types', () => {
    const torn = unionOf(
      PROFILE,
      [schemaOf(PROFILE, points.$id), schemaOf(PROFILE, otherPoints.$id)],
      lookup,
    );
    const composed = composeUnion(torn, lookup);
    expect(composed.ok ? [] : composed.problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'XDM-1413-400 /_acme/points',
    ]);
  });
});

describe('a schema that is to join a union', () => {
  const resolved = (...ids: readonly string[]): ResolvedSchema => {
    const composed = composeSchema(schemaOf(...ids), lookup);
    if (!composed.ok) throw new Error(composed.problems[0]?.message);
    return composed.value;
  };
  const schema = resolved(PROFILE, PERSON_DETAILS, PERSONAL_DETAILS);
  const descriptor = (type: string, path: string, own: object): Descriptor => ({
    '@type': type,
    'xdm:sourceSchema': schema.id,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': path,
    ...own,
  });
  const primary = descriptor('xdm:descriptorIdentity', '/personalEmail/address', {
    'xdm:namespace': 'Email',
    'xdm:isPrimary': true,
  });
  const hotels = idOf('schemas', 'hotels');
  const relationship = descriptor('xdm:descriptorOneToOne', '/person/name/firstName', {
    'xdm:destinationSchema': hotels,
  });
  const reference = descriptor('xdm:descriptorReferenceIdentity', '/person/name/firstName', {
    'xdm:identityNamespace': 'Hotel',
  });
  const codes = (schemaToJoin: ResolvedSchema, descriptors: readonly Descriptor[], namespace = 'Hotel') => {
    const destination = { ...primary, 'xdm:sourceSchema': hotels, 'xdm:namespace': namespace };
    const related = () => ({ isInUnion: true, descriptors: [destination] });
    return unionProblems(schemaToJoin, descriptors, related).map(({ code }) => code);
  };

  it('needs a primary identity or an identity map', () => {
    expect(codes(schema, [])).toEqual(['XDM-1528-400']);
    expect(codes(schema, [{ ...primary, 'xdm:isPrimary': false }])).toEqual(['XDM-1528-400']);
    expect(codes(schema, [primary])).toEqual([]);
    expect(codes(resolved(EXPERIENCE_EVENT), [])).toEqual([]);
  });

  it('needs a reference identity of the destination’s namespace for each relationship', () => {
    expect(codes(schema, [primary, relationship])).toEqual(['XDM-1526-400']);
    expect(codes(schema, [primary, relationship, reference])).toEqual([]);
    expect(codes(schema, [primary, relationship, reference], 'Email')).toEqual(['XDM-1527-400']);
  });
});
