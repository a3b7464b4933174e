import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeSchema } from '../compose/compose.ts';
import type { ObjectNode } from '../compose/node.ts';
import { lookupOver } from '../registry/standard-library.ts';
import { EXPERIENCE_EVENT, PERSON_DETAILS, PROFILE, schemaOf, tenantResource } from '../test-resources.ts';
import { sampleRecord } from './sample-data.ts';
import { patternTest } from './text-pattern.ts';
import { type DocumentCheck, validateDocument } from './validate-document.ts';

const own = tenantResource('mixins', 'own', {
  properties: {
    _acme: {
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'string', pattern: '^C-[0-9]{3}$' },
        size: { type: 'string', enum: ['S', 'M'] },
        short: { type: 'string', minLength: 2, maxLength: 4 },
        mail: { type: 'string', format: 'email' },
        odd: { type: 'string', format: 'constructor' },
        day: { type: 'string', format: 'date' },
        at: { type: 'string', format: 'date-time' },
        count: { type: 'integer' },
        percent: { type: 'integer', minimum: 0, maximum: 100 },
        share: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
        price: { type: 'number', multipleOf: 0.01 },
        big: { type: 'integer', maximum: 9_007_199_254_740_991 },
        on: { type: 'boolean' },
        tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3, uniqueItems: true },
        by: { type: 'object', additionalProperties: { type: 'integer' } },
        part: {
          type: 'object',
          required: ['a'],
          properties: { a: { type: 'string' }, b: { type: 'string' } },
        },
      },
    },
  },
});

function rootOf(...ids: readonly string[]): ObjectNode {
  const composed = composeSchema(schemaOf(...ids), lookupOver([own]));
  if (!composed.ok) throw new Error(composed.problems[0]?.message);
  return composed.value.root;
}

const profile = rootOf(PROFILE, PERSON_DETAILS, own.$id, 'https://ns.adobe.com/xdm/context/identitymap');
const faults = (document: unknown, check: DocumentCheck = {}, root = profile) =>
  validateDocument(root, document, check).map(({ pointer, keyword, severity }) =>
    severity === 'error' ? `${pointer} ${keyword}` : `${pointer} ${keyword}?`,
  );
const ownFaults = (fields: object) =>
  faults({ _acme: { id: 'C-001', ...fields } }).map((fault) => fault.replace('/_acme', ''));

describe('a document that is validated', () => {
  it.each([
    [{ id: 7 }, '/id type'],
    [{ id: 'C-1' }, '/id pattern'],
    [{ id: null, on: true }, '/id required'],
    [{ size: 'L' }, '/size enum'],
    [{ price: 0.005 }, '/price multipleOf'],
    [{ price: 1e-7 }, '/price multipleOf'],
    [{ short: 'a' }, '/short minLength'],
    [{ short: '😀😀😀😀😀' }, '/short maxLength'],
    [{ mail: 'jane' }, '/mail format'],
    [{ day: '2023-02-29' }, '/day format'],
    [{ day: 20_230_101 }, '/day type'],
    [{ at: '2023-02-01T10:00:00' }, '/at format'],
    [{ at: '2023-04-31T10:00:00Z' }, '/at format'],
    [{ count: 1.5 }, '/count type'],
    [{ count: '1' }, '/count type'],
    [{ count: 2_147_483_648 }, '/count maximum'],
    [{ percent: 101 }, '/percent maximum'],
    [{ percent: -1 }, '/percent minimum'],
    [{ share: 0 }, '/share exclusiveMinimum'],
    [{ share: 1 }, '/share exclusiveMaximum'],
    [{ on: 'true' }, '/on type'],
    [{ tags: 'a' }, '/tags type'],
    [{ tags: [] }, '/tags minItems'],
    [{ tags: ['a', 'b', 'c', 'd'] }, '/tags maxItems'],
    [{ tags: ['a', 'a'] }, '/tags uniqueItems'],
    [{ tags: ['a', 1] }, '/tags/1 type'],
    [{ by: { 'x/y': 'z' } }, '/by/x~1y type'],
    [{ by: [] }, '/by type'],
    [{ part: { b: 'x' } }, '/part/a required'],
    [{ part: 'x' }, '/part type'],
    [{ sise: 'M' }, '/sise additionalProperties?'],
  ])('%j breaks the rule: %s', (fields, fault) => {
    expect(ownFaults(fields)).toEqual([fault]);
  });

  it.each([
    {},
    {
      day: '2024-02-29',
      at: '2023-02-01T10:00:00.5+02:00',
      big: 9_007_199_254_740_991,
      share: 0.5,
      odd: 'x',
    },
    { short: '😀😀😀😀', tags: ['a', null], part: {}, by: { a: 1 } },
    { part: { a: null, b: null }, size: null },
  ])('%j keeps to every rule', (fields) => {
    expect(ownFaults(fields)).toEqual([]);
  });

  it('tells what was expected and found, and the name that was probably meant', () => {
    const [wrong, misspelt] = validateDocument(profile, { _acme: { id: 'C-001', size: 'L' }, persn: {} });
    expect(wrong).toEqual({
      pointer: '/_acme/size',
      keyword: 'enum',
      severity: 'error',
      expected: 'one of S, M',
      found: '"L"',
      message: '/_acme/size: expected one of S, M, found "L".',
    });
    expect(misspelt?.message).toContain('Did you mean person?');
  });

  it('need not be an object to be told so', () => {
    for (const document of [null, [], 'x', 1]) expect(faults(document)).toEqual([' type']);
    expect(faults({})).toEqual([]);
    expect(faults({}, {}, rootOf(EXPERIENCE_EVENT))).toEqual(['/_id required', '/timestamp required']);
  });

  it('has one primary identity in its identity map, and ids', () => {
    const identityMap = {
      Email: [
        { id: 'a@b.c', primary: true },
        { id: 'd@e.f', primary: true },
      ],
      ECID: [{ id: '' }],
    };
    expect(faults({ identityMap })).toEqual([
      '/identityMap/Email/1/primary identityMap',
      '/identityMap/ECID/0/id identityMap',
    ]);
  });

  it('has its primary identity', () => {
    const identities = [
      { path: ['_acme', 'mail'], isPrimary: true },
      { path: ['_acme', 'id'], isPrimary: false },
    ];
    expect(faults({ _acme: { id: 'C-001', mail: '' } }, { identities })).toEqual([
      '/_acme/mail format',
      '/_acme/mail identity',
    ]);
    expect(faults({}, { identities })).toEqual(['/_acme/mail identity']);
    expect(faults({ _acme: { id: 'C-001', mail: 'a@b' } }, { identities })).toEqual([]);
  });

  it('never makes validation fail itself, and never more violations than asked for', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const document = { _acme: value, person: value, identityMap: value };
        expect(validateDocument(profile, document, { limit: 3 }).length).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('has its errors told before warnings where not all can be told', () => {
    const unknown = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`unknown${index}`, 1]));
    const told = validateDocument(profile, { ...unknown, _acme: { id: 'C-1', size: 'L' } }, { limit: 3 });
    expect(told.map(({ keyword }) => keyword)).toEqual(['additionalProperties', 'pattern', 'enum']);
  });

  it('is matched with patterns of strangers in linear time', () => {
    expect(patternTest('^(a+)+$')?.(`${'a'.repeat(5_000)}!`)).toBe(false);
    expect(patternTest('^(?=a)')).toBeUndefined();
  });
});

describe('a sample record', () => {
  it('shows every field with a value of its type, the same every time', () => {
    const sample = sampleRecord(profile);
    expect(sampleRecord(profile)).toEqual(sample);
    expect(validateDocument(profile, sample)).toEqual([]);
    expect(sample).toMatchObject({
      _acme: {
        id: 'C-000',
        size: 'S',
        mail: 'jane.doe@example.com',
        day: '2024-01-31',
        percent: 1,
        share: 0.5,
        on: false,
      },
      person: { name: { firstName: 'string' }, birthYear: 1 },
      identityMap: { ECID: [{ primary: true }] },
    });
  });
});
