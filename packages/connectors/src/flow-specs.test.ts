import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { flowSpecById, flowSpecByName, flowSpecs } from './flow-specs.ts';

test('either flow spec takes a table of a CRM to the data lake', () => {
  expect(flowSpecByName('CRMToAEP')?.id).toBe('14518937-270c-4525-bdec-c2ba7cce3860');
  expect(flowSpecById('9753525b-82c7-4dce-8a9b-5ccfce2b9876')?.name).toBe('CloudStorageToAEP');
  for (const spec of flowSpecs) {
    expect(spec.sourceConnectionSpecIds).toContain('cfc0fee1-7dc0-40ef-b73e-d8b134c436f5');
    expect(spec.targetConnectionSpecIds).toEqual(['c604ff05-7f1a-43c0-8e18-33bf874cb11c']);
  }
});

describe.each(flowSpecs)('the schedule of $name', (spec) => {
  const isValid = new Ajv({ strictTypes: false }).compile(spec.scheduleSpec.spec);
  const startTime = 1567411548;

  test.each([
    { startTime, frequency: 'once' },
    { startTime, frequency: 'minute', interval: 15 },
    { startTime, frequency: 'hour', interval: 1, backfill: false },
    { startTime, frequency: 'week', interval: 30, endTime: startTime + 1 },
  ])('may be %j', (schedule) => {
    expect(isValid(schedule)).toBe(true);
  });

  test.each([
    { startTime, frequency: 'minute', interval: 14 },
    { startTime, frequency: 'day', interval: 0 },
    { startTime, frequency: 'day' },
    { startTime, frequency: 'yearly', interval: 1 },
    { frequency: 'once' },
  ])('may not be %j', (schedule) => {
    expect(isValid(schedule)).toBe(false);
  });
});

test.each(flowSpecs)(
  'the transformations of $name ask for a delta column by name',
  ({ transformationSpecs }) => {
    const copy = transformationSpecs.find(({ name }) => name === 'Copy')?.spec ?? {};
    const isValid = new Ajv().compile(copy);
    expect(isValid({ deltaColumn: { name: 'updatedAt', dateFormat: 'YYYY-MM-DD', timezone: 'UTC' } })).toBe(
      true,
    );
    expect(isValid({ deltaColumn: {} })).toBe(false);
    expect(isValid({})).toBe(false);
  },
);
