import { describe, expect, test } from 'vitest';
import type { IcebergField, IcebergSchema, IcebergType } from './schema.ts';
import { schemaEvolutionProblems } from './schema-evolution.ts';

const field = (id: number, name: string, type: IcebergType, required = false): IcebergField => ({
  id,
  name,
  required,
  type,
});
const schema = (...fields: IcebergField[]): IcebergSchema => ({ type: 'struct', 'schema-id': 0, fields });
const struct = (...fields: IcebergField[]): IcebergType => ({ type: 'struct', fields });
const list = (elementId: number, element: IcebergType): IcebergType => ({
  type: 'list',
  'element-id': elementId,
  element,
  'element-required': false,
});
const map = (keyId: number, valueId: number, value: IcebergType, valueRequired = false): IcebergType => ({
  type: 'map',
  'key-id': keyId,
  key: 'string',
  'value-id': valueId,
  value,
  'value-required': valueRequired,
});

const CURRENT = schema(
  field(1, 'id', 'string', true),
  field(2, 'person', struct(field(3, 'age', 'int'), field(4, 'height', 'float'))),
  field(5, 'emails', list(6, struct(field(7, 'address', 'string')))),
  field(8, 'scores', map(9, 10, 'decimal(9,2)')),
);
const [ID, PERSON, EMAILS, SCORES] = CURRENT.fields as [
  IcebergField,
  IcebergField,
  IcebergField,
  IcebergField,
];

describe('a schema may follow another one', () => {
  test.each([
    ['as it is', CURRENT],
    ['with an optional column more', schema(...CURRENT.fields, field(11, 'title', 'string'))],
    [
      'with an optional struct of required parts more',
      schema(...CURRENT.fields, field(11, 'a', struct(field(12, 'b', 'int', true)))),
    ],
    [
      'with a column more in a struct',
      schema(ID, field(2, 'person', struct(field(3, 'age', 'int'), field(11, 'name', 'string')))),
    ],
    [
      'with a column more in the structs of a list',
      schema(ID, field(5, 'emails', list(6, struct(field(11, 'type', 'string'))))),
    ],
    ['with a column dropped', schema(ID)],
    ['renamed and moved', schema(SCORES, EMAILS, field(2, 'human', PERSON.type), ID)],
    ['made optional', schema(field(1, 'id', 'string'))],
    [
      'widened',
      schema(ID, field(2, 'person', struct(field(3, 'age', 'long'), field(4, 'height', 'double')))),
    ],
    ['with decimals of more digits', schema(ID, field(8, 'scores', map(9, 10, 'decimal(12, 2)')))],
  ])('%s', (_, next) => {
    expect(schemaEvolutionProblems(CURRENT, next)).toEqual([]);
  });
});

describe('a schema may not follow another one', () => {
  test.each([
    [
      'with a required column more',
      schema(...CURRENT.fields, field(11, 'title', 'string', true)),
      'title',
      'is new and must be optional',
    ],
    ['made required', schema(ID, field(2, 'person', PERSON.type, true)), 'person', 'can not become required'],
    [
      'of another type',
      schema(field(1, 'id', 'long', true)),
      'id',
      'is of type string and can not become long',
    ],
    [
      'narrowed',
      schema(field(2, 'person', struct(field(3, 'age', 'string')))),
      'person.age',
      'is of type int and can not become string',
    ],
    [
      'of another shape',
      schema(field(2, 'person', 'string')),
      'person',
      'is of type struct and can not become string',
    ],
    [
      'with decimals of another scale',
      schema(field(8, 'scores', map(9, 10, 'decimal(12,3)'))),
      'scores.value',
      'can not become decimal(12,3)',
    ],
    [
      'with decimals of fewer digits',
      schema(field(8, 'scores', map(9, 10, 'decimal(8,2)'))),
      'scores.value',
      'can not become decimal(8,2)',
    ],
    [
      'moved out of its struct',
      schema(ID, field(3, 'age', 'int')),
      'age',
      'takes the id 3, which lies in another place',
    ],
    [
      'with another element id',
      schema(field(5, 'emails', list(11, struct()))),
      'emails',
      'must keep the id of its elements',
    ],
    [
      'with another value id',
      schema(field(8, 'scores', map(9, 11, 'decimal(9,2)'))),
      'scores',
      'must keep the ids',
    ],
    [
      'with required map values',
      schema(field(8, 'scores', map(9, 10, 'decimal(9,2)', true))),
      'scores',
      'optional values',
    ],
    [
      'with the id of a dropped column',
      schema(...CURRENT.fields, field(12, 'back', 'string')),
      'back',
      'of a column that was dropped',
    ],
  ])('%s', (_, next, column, message) => {
    const problems = schemaEvolutionProblems(CURRENT, next, new Set([12]));
    expect(problems).toEqual([{ column, message: expect.stringContaining(message) }]);
  });
});
