import type { ColumnType, ObjectNode, XdmNode, XdmScalarType } from '@tributary/xdm';
import { composeSchema, standardLookup } from '@tributary/xdm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planMappings } from '../mapping/plan-mappings.ts';
import { type SampledColumn, suggestMappings } from './suggest-mappings.ts';

const PROFILE = 'https://ns.adobe.com/xdm/context/profile';

/** The schema that the tutorial makes: a profile with person and personal details. */
const people = resolved(PROFILE, `${PROFILE}-person-details`, `${PROFILE}-personal-details`);

function resolved(...parts: readonly string[]): ObjectNode {
  const composed = composeSchema(
    {
      $id: 'https://ns.adobe.com/acme/schemas/1',
      'meta:altId': '_acme.schemas.1',
      'meta:resourceType': 'schemas',
      version: '1.0',
      type: 'object',
      title: 'Target',
      allOf: parts.map(($ref) => ({ $ref })),
      'meta:class': PROFILE,
    },
    standardLookup,
  );
  if (!composed.ok) throw new Error(JSON.stringify(composed.problems));
  return composed.value.root;
}

function scalar(xdmType: XdmScalarType): XdmNode {
  return { kind: 'scalar', xdmType, constraints: {} };
}

function object(properties: Readonly<Record<string, XdmNode>>): ObjectNode {
  return { kind: 'object', properties: new Map(Object.entries(properties)), required: new Set() };
}

function column(name: string, type: ColumnType = 'string', ...samples: unknown[]): SampledColumn {
  return { name, type, samples };
}

/** Destinations by source. */
function suggested(columns: readonly SampledColumn[], target = people): Record<string, string> {
  return Object.fromEntries(
    suggestMappings({ columns, target }).map(({ source, destination }) => [source, destination]),
  );
}

describe('names that are known', () => {
  test.each([
    ['fname', 'person.name.firstName'],
    ['first_name', 'person.name.firstName'],
    ['GIVEN NAME', 'person.name.firstName'],
    ['surname', 'person.name.lastName'],
    ['mobile', 'mobilePhone.number'],
    ['mobilephone', 'mobilePhone.number'],
    ['cell_phone', 'mobilePhone.number'],
    ['Fax', 'faxPhone.number'],
    ['email', 'personalEmail.address'],
    ['E-Mail Address', 'personalEmail.address'],
    ['dob', 'person.birthDate'],
    ['zip', 'homeAddress.postalCode'],
    ['billing_zip', 'billingAddress.postalCode'],
    ['ShippingStreet', 'shippingAddress.street1'],
    ['address1_line2', 'mailingAddress.street2'],
    ['gendercode', 'person.gender'],
    ['createdon', '_repo.createDate'],
    ['person.name.suffix', 'person.name.suffix'],
  ])('%s goes to %s', (name, destination) => {
    expect(suggested([column(name)])).toEqual({ [name]: destination });
  });

  test('go to the first of their fields that the schema has', () => {
    const email = object({ address: scalar('string') });
    expect(suggested([column('Email')], object({ workEmail: email }))).toEqual({
      Email: 'workEmail.address',
    });
    expect(suggested([column('Email')], object({ workEmail: email, personalEmail: email }))).toEqual({
      Email: 'personalEmail.address',
    });
  });
});

test('columns of which nothing is known go nowhere', () => {
  const names = [
    'OwnerId',
    'AccountId',
    'CreatedById',
    'SystemModstamp',
    'Description',
    'Title',
    'LeadSource',
    'HasOptedOutOfEmail',
    'EmailBouncedDate',
    'LastActivityDate',
    'DoNotCall',
    'Phone',
    'Status',
    'Type',
    'x',
    '',
    '%%%',
  ];
  expect(suggested(names.map((name) => column(name)))).toEqual({});
});

test('fields of the tenant’s own are found word by word', () => {
  const target = object({
    _acme: object({
      loyalty: object({ points: scalar('long'), tier: scalar('string') }),
      languages: { kind: 'array', items: scalar('string') },
      'favourite.colour': scalar('string'),
    }),
  });
  expect(
    suggested(
      [
        column('Loyalty_Points__c', 'long'),
        column('loyaltyTier'),
        column('Favourite Colour'),
        column('weather'),
      ],
      target,
    ),
  ).toEqual({
    Loyalty_Points__c: '_acme.loyalty.points',
    loyaltyTier: '_acme.loyalty.tier',
    'Favourite Colour': '_acme.favourite\\.colour',
  });
});

describe('sample values', () => {
  test('make a suggestion surer that they agree with', () => {
    const score = (...samples: unknown[]) =>
      suggestMappings({ columns: [column('Email', 'string', ...samples)], target: people })[0]?.matchScore ??
      0;
    expect(score('ada@example.com')).toBeGreaterThan(score());
    expect(score()).toBeGreaterThan(score('blue', 'green'));
  });

  test('tell what a column holds whose name does not', () => {
    expect(suggested([column('c7', 'string', 'ada@example.com', 'bob@example.com')])).toEqual({
      c7: 'personalEmail.address',
    });
    expect(suggested([column('c7', 'string', 'red', 'blue')])).toEqual({});
  });

  test('keep the surer of two columns', () => {
    const columns = [column('mail', 'string', 'blue'), column('e_mail', 'string', 'ada@example.com')];
    expect(suggested(columns)).toEqual({ e_mail: 'personalEmail.address' });
  });
});

test('a type that cannot become the field’s is not suggested', () => {
  expect(suggested([column('birth date', 'date')])).toEqual({ 'birth date': 'person.birthDate' });
  expect(suggested([column('birth date', 'boolean')])).toEqual({});
});

describe('whatever the columns and the schema are', () => {
  const names = fc.oneof(
    fc.constantFrom(
      'Email',
      'email',
      'e_mail',
      'mail',
      'Name',
      'fname',
      'First Name',
      'Id',
      'phone',
      'mobile',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const columns = fc.uniqueArray(
    fc.record({
      name: names,
      type: fc.constantFrom<ColumnType>('string', 'boolean', 'long', 'date-time', 'number'),
      samples: fc.array(fc.oneof(fc.string(), fc.emailAddress(), fc.integer(), fc.constant(null)), {
        maxLength: 5,
      }),
    }),
    { selector: ({ name }) => name, maxLength: 15 },
  );
  const fieldName = fc.oneof(
    fc.constantFrom('email', 'address', 'name', 'firstName', 'mobilePhone', 'number', '_acme', 'id'),
    fc.string({ minLength: 1, maxLength: 8 }),
  );
  const { node } = fc.letrec<{ node: XdmNode }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<XdmScalarType>('string', 'date', 'long', 'boolean').map(scalar),
      fc.dictionary(fieldName, tie('node'), { maxKeys: 5, noNullPrototype: true }).map(object),
    ),
  }));
  const targets = fc.oneof(
    fc.constant(people),
    fc.dictionary(fieldName, node, { maxKeys: 6, noNullPrototype: true }).map(object),
  );

  test('no column and no destination comes twice, scores lie in 0…1 and fall, and all of it can be planned', () => {
    fc.assert(
      fc.property(columns, targets, (given, target) => {
        const suggestions = suggestMappings({ columns: given, target });
        const sources = suggestions.map(({ source }) => source);
        const destinations = suggestions.map(({ destination }) => destination);
        const scores = suggestions.map(({ matchScore }) => matchScore);
        expect(new Set(sources).size).toBe(sources.length);
        expect(new Set(destinations).size).toBe(destinations.length);
        expect(scores.every((score) => score > 0 && score <= 1)).toBe(true);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        expect(planMappings({ mappings: suggestions, columns: given, target }).ok).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
