import { describe, expect, it } from 'vitest';
import { proposeFields } from './propose-fields.ts';

const region = { name: 'Region__c', type: 'string' } as const;

describe('fields for columns', () => {
  it('are titled as the columns, and named as the registry has it', () => {
    expect(proposeFields([region, { name: 'Größe (cm)', type: 'number' }], {})).toEqual([
      { column: 'Region__c', name: 'region__c', field: { title: 'Region__c', type: 'string' } },
      {
        column: 'Größe (cm)',
        name: expect.stringMatching(/^gro/),
        field: { title: 'Größe (cm)', type: 'number' },
      },
    ]);
  });

  it('have the digits that the source holds a column to', () => {
    const amount = { name: 'Amount', type: 'decimal', digits: { precision: 18, scale: 2 } } as const;
    const bounds = { exclusiveMinimum: -1e16, exclusiveMaximum: 1e16 };
    const field = { title: 'Amount', type: 'number', multipleOf: 0.01, ...bounds };
    expect(proposeFields([amount], {})).toEqual([{ column: 'Amount', name: 'amount', field }]);
    const existing = { amount: { title: 'Amount', type: 'number' } } as const;
    expect(proposeFields([amount], existing)).toMatchObject([{ name: 'amount2', field }]);
    expect(proposeFields([amount], { amount: field })).toMatchObject([{ name: 'amount' }]);
  });

  it('take no name that is there already, in whatever case', () => {
    const existing = { REGION__C: { type: 'string', title: 'Region of the world' } } as const;
    expect(proposeFields([region, { name: 'region__C', type: 'string' }], existing)).toMatchObject([
      { name: 'region__c2' },
      { name: 'region__C3' },
    ]);
  });

  it('are those that the column had before, where their type is still its own', () => {
    const existing = {
      region__c: { type: 'string', title: 'Region__c', 'meta:xdmType': 'string' },
    } as const;
    expect(proposeFields([region], existing)).toMatchObject([{ name: 'region__c' }]);
    expect(proposeFields([{ name: 'Region__c', type: 'integer' }], existing)).toMatchObject([
      { name: 'region__c2', field: { type: 'integer' } },
    ]);
  });
});
