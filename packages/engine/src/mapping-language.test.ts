import { type MappingInput, planMappings } from '@tributary/data-prep';
import type { ObjectNode, SourceColumn, XdmNode, XdmScalarType } from '@tributary/xdm';
import { afterAll, describe, expect, test } from 'vitest';
import { type Mapping, openEngine, type TargetField } from './index.ts';
import { JobFolder } from './testing/job-folder.ts';

const folder = new JobFolder();
const engine = openEngine({ memoryLimitMb: 256, threads: 1, tempDirectory: folder.temp });
afterAll(async () => {
  await engine.close();
  folder.remove();
});

function scalar(xdmType: XdmScalarType, constraints = {}): XdmNode {
  return { kind: 'scalar', xdmType, constraints };
}

const columns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'Name', type: 'string' },
  { name: 'Tags', type: 'string' },
  { name: 'Count', type: 'integer' },
  { name: 'Born', type: 'date' },
];

const target: ObjectNode = {
  kind: 'object',
  required: new Set(['_id']),
  properties: new Map<string, XdmNode>([
    ['_id', scalar('string')],
    ['greeting', scalar('string')],
    ['tags', { kind: 'array', items: scalar('string', { enum: ['a', 'b', 'c'] }) }],
    ['half', scalar('number')],
    ['small', scalar('byte')],
    ['flag', scalar('boolean')],
    ['at', scalar('date-time')],
    ['origin', scalar('string')],
  ]),
};

const fields: readonly TargetField[] = [
  { name: '_id', id: 1, type: { kind: 'scalar', icebergType: 'string' } },
  { name: 'greeting', id: 2, type: { kind: 'scalar', icebergType: 'string' } },
  {
    name: 'tags',
    id: 3,
    type: { kind: 'list', elementId: 10, element: { kind: 'scalar', icebergType: 'string' } },
  },
  { name: 'half', id: 4, type: { kind: 'scalar', icebergType: 'double' } },
  { name: 'small', id: 5, type: { kind: 'scalar', icebergType: 'int' } },
  { name: 'flag', id: 6, type: { kind: 'scalar', icebergType: 'boolean' } },
  { name: 'at', id: 7, type: { kind: 'scalar', icebergType: 'timestamptz' } },
  { name: 'origin', id: 8, type: { kind: 'scalar', icebergType: 'string' } },
];

const mappings: readonly MappingInput[] = [
  { sourceType: 'ATTRIBUTE', source: 'Id', destination: '_id' },
  { sourceType: 'EXPRESSION', source: 'concat("Hi ", upper(Name))', destination: 'greeting' },
  { sourceType: 'EXPRESSION', source: 'explode(Tags, ";")', destination: 'tags' },
  { sourceType: 'EXPRESSION', source: 'Count / 2.0', destination: 'half' },
  { sourceType: 'ATTRIBUTE', source: 'Count', destination: 'small' },
  { sourceType: 'ATTRIBUTE', source: 'Tags', destination: 'flag' },
  { sourceType: 'ATTRIBUTE', source: 'Born', destination: 'at' },
  { sourceType: 'STATIC', source: `it's "CRM"`, destination: 'origin' },
];

function mappingOf(...destinations: readonly string[]): Mapping {
  const chosen = mappings.filter(({ destination }) => ['_id', ...destinations].includes(destination));
  const planned = planMappings({ mappings: chosen, columns, target });
  if (!planned.ok) throw new Error(JSON.stringify(planned.errors));
  return { columns, target, fields, plan: planned.plan, now: new Date() };
}

describe('a mapping set', () => {
  test('fills scalars and arrays by expressions, attributes and constants', async () => {
    const mapping = mappingOf('greeting', 'tags', 'half', 'small', 'at', 'origin');
    const row = { Id: '1', Name: 'Ada', Tags: 'a;c', Count: 5, Born: '1815-12-10' };
    expect(await engine.preview({ ...mapping, rows: [row] })).toEqual([
      {
        data: {
          _id: '1',
          greeting: 'Hi ADA',
          tags: ['a', 'c'],
          half: 2.5,
          small: 5,
          at: '1815-12-10T00:00:00Z',
          origin: `it's "CRM"`,
        },
        errors: [],
      },
    ]);
  });

  test('writes arrays with the field ids of list and element', async () => {
    const staged = folder.csv('1.csv', 'Id,Name,Tags,Count,Born\n1,Ada,a;b,5,\n2,,,,\n');
    const request = folder.request(mappingOf('tags'), columns, [staged]);
    const result = await engine.transform(request);
    expect(result.files[0]?.columns.map(({ fieldId }) => fieldId).toSorted()).toEqual([1, 10]);
    expect(await engine.readRows(result.files, { limit: 5 })).toEqual([
      { _id: '1', tags: ['a', 'b'] },
      { _id: '2' },
    ]);
  });

  test('fails a row whose value has no counterpart in the target type', async () => {
    const rows = [{ Id: '1', Count: 128, Tags: 'maybe' }];
    const [previewed] = await engine.preview({ ...mappingOf('small', 'flag'), rows });
    expect(previewed?.errors).toEqual([
      { code: 'MAPPER-3700-400', message: 'The mapping Count failed.', column: 'small', value: '128' },
      { code: 'MAPPER-3700-400', message: 'The mapping Tags failed.', column: 'flag', value: 'maybe' },
    ]);
  });

  test('fails a row with an element that breaks a constraint', async () => {
    const [previewed] = await engine.preview({ ...mappingOf('tags'), rows: [{ Id: '1', Tags: 'a;x' }] });
    expect(previewed?.errors).toMatchObject([{ code: 'INGEST-1554-400', column: 'tags[*]', value: 'x' }]);
  });

  test('tells a failed mapping once, not also as a missing value', async () => {
    const required = { ...target, required: new Set(['_id', 'small']) };
    const rows = [{ Id: '1', Count: 128 }, { Id: '2' }, { Id: '3', Count: 'x' }];
    const previewed = await engine.preview({ ...mappingOf('small'), target: required, rows });
    expect(previewed.map(({ errors }) => errors.map(({ code, column }) => [code, column]))).toEqual([
      [['MAPPER-3700-400', 'small']],
      [['INGEST-1555-400', 'small']],
      [['INGEST-1554-400', 'Count']],
    ]);
  });
});
