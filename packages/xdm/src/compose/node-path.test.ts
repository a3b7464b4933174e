import { describe, expect, test } from 'vitest';
import { standardLookup } from '../registry/standard-library.ts';
import { PERSON_DETAILS, PERSONAL_DETAILS, PROFILE, schemaOf } from '../test-resources.ts';
import { composeResource } from './compose.ts';
import { closeNames, nodeAt } from './node-path.ts';

const outcome = composeResource(
  schemaOf(PROFILE, PERSON_DETAILS, PERSONAL_DETAILS, 'https://ns.adobe.com/xdm/context/identitymap'),
  standardLookup,
);
if (!outcome.ok) throw new Error(outcome.problems[0]?.message);
const { root } = outcome.value;

test.each([
  [['person', 'name', 'firstName'], { kind: 'scalar', xdmType: 'string' }],
  [['person'], { kind: 'object' }],
  [['identityMap', 'Email'], { kind: 'array' }],
  [['identityMap', 'Email', '[0]', 'id'], { kind: 'scalar', xdmType: 'string' }],
  [['identityMap', 'Email', '[*]', 'primary'], { kind: 'scalar', xdmType: 'boolean' }],
  [['identityMap', 'Email', '0', 'primary'], { kind: 'scalar', xdmType: 'boolean' }],
  [[], { kind: 'object' }],
])('%j leads to a node', (segments, node) => {
  expect(nodeAt(root, segments)).toMatchObject({ found: true, node });
});

describe('a path that leads nowhere', () => {
  test('is answered with names that are spelt alike', () => {
    expect(nodeAt(root, ['person', 'name', 'fristName'])).toEqual({
      found: false,
      segment: 2,
      suggestions: ['person.name.firstName'],
      message: '"person.name" has no field "fristName". Did you mean "person.name.firstName"?',
    });
  });

  test('is answered with fields of that name elsewhere', () => {
    expect(nodeAt(root, ['firstname'])).toMatchObject({
      segment: 0,
      suggestions: ['person.name.firstName'],
    });
  });

  test('is answered without suggestions when nothing is alike', () => {
    expect(nodeAt(root, ['zzzzzz'])).toEqual({
      found: false,
      segment: 0,
      suggestions: [],
      message: 'The schema has no field "zzzzzz".',
    });
  });

  test('below a scalar says that it has no fields', () => {
    expect(nodeAt(root, ['person', 'birthDate', 'year'])).toMatchObject({
      segment: 2,
      message: '"person.birthDate" is a date and has no fields. Map to "person.birthDate" itself.',
    });
  });

  test('through an array without an index says how to write one', () => {
    expect(nodeAt(root, ['identityMap', 'Email', 'id'])).toMatchObject({
      segment: 2,
      message: expect.stringContaining('"identityMap.Email[0]"'),
    });
  });
});

test.each([
  ['adress', ['address', 'dress', 'phone'], ['address', 'dress']],
  ['EMAIL', ['email'], ['email']],
  ['x', ['y'], []],
])('names close to %s are found among %j', (name, candidates, close) => {
  expect(closeNames(name, candidates)).toEqual(close);
});
