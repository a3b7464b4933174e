import { expect, test } from 'vitest';
import { Table } from '../rows/table.ts';
import { findField, findObject, objectDefinitions, plainFields, recordIds } from './definitions.ts';

const rows = Object.fromEntries(objectDefinitions.map(({ name }) => [name, 400]));
const tables = objectDefinitions.map((object) => new Table({ seed: 7, object, rows, ids: recordIds }));

test.each(objectDefinitions)('$name refers only to fields and objects that exist', (object) => {
  const names = object.fields.map((field) => field.name);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  for (const name of object.changes.flat()) expect(names).toContain(name);
  for (const field of object.fields) {
    if (field.compound !== undefined) expect(names).toContain(field.compound);
    if (field.nullsWith !== undefined) expect(names).toContain(field.nullsWith);
    for (const target of field.referenceTo ?? []) expect(findObject(target)?.name).toBe(target);
    if (field.make.kind === 'picklist') expect(field.values?.length).toBeGreaterThan(1);
  }
});

const shapes: Readonly<Record<string, RegExp>> = {
  id: /^\w{18}$/,
  reference: /^\w{18}$/,
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d:00\.000Z$/,
  email: /^[a-z.]+\d+@[a-z.]+$/,
  url: /^https:\/\/[a-z-]+\d+\.example\.com\/$/,
};

test.each(tables)(
  'generated $object.name rows keep to the types, lengths and nulls of their fields',
  (table) => {
    const snapshot = table.snapshot();
    for (const field of plainFields(snapshot.object)) {
      const values = Array.from({ length: 400 }, (_, index) => snapshot.column(field)(index));
      const present = values.filter((value) => value !== null);
      if (field.nulls === undefined) expect(present.length, field.name).toBe(400);
      if (field.nulls !== undefined && field.nulls > 0.02)
        expect(present.length, field.name).toBeLessThan(400);
      for (const value of present) {
        const kind = field.type === 'boolean' ? 'boolean' : isNumeric(field.type) ? 'number' : 'string';
        if (field.type !== 'anyType') expect(typeof value, field.name).toBe(kind);
        if (field.length !== undefined)
          expect(String(value).length, field.name).toBeLessThanOrEqual(field.length);
        const shape = shapes[field.type];
        if (shape !== undefined) expect(value, field.name).toMatch(shape);
        if (field.values !== undefined)
          for (const part of field.type === 'multipicklist' ? String(value).split(';') : [value])
            expect(field.values).toContain(part);
        if (field.type === 'int' || field.type === 'datetime') expect(Number.isInteger(value)).toBe(true);
      }
    }
  },
);

function isNumeric(type: string): boolean {
  return ['int', 'double', 'currency', 'percent', 'datetime'].includes(type);
}

test.each(tables)('every reference of $object.name leads to a row that exists', (table) => {
  const snapshot = table.snapshot();
  for (const field of table.object.fields.filter(({ type }) => type === 'reference')) {
    const targets = tables.filter(({ object }) => field.referenceTo?.includes(object.name));
    expect(targets).toHaveLength(field.referenceTo?.length ?? 0);
    const led = new Set<string>();
    for (let index = 0; index < 400; index++) {
      const id = snapshot.column(field)(index);
      if (id === null) continue;
      const target = targets.find((table) => table.indexOf(String(id)) !== undefined);
      expect(target, `${field.name} ${id}`).toBeDefined();
      if (target !== undefined) led.add(target.object.name);
    }
    expect(led.size).toBe(targets.length);
  }
});

test('contacts have at least 25 fields, found without regard to case', () => {
  const contact = findObject('CONTACT');
  expect(contact?.fields.length).toBeGreaterThanOrEqual(25);
  expect(contact && findField(contact, 'systemmodstamp')?.name).toBe('SystemModstamp');
});

test('among them is every type of field that describe knows', () => {
  const types = new Set(objectDefinitions.flatMap(({ fields }) => fields.map((field) => field.type)));
  expect([...types].sort()).toEqual([
    'address',
    'anyType',
    'base64',
    'boolean',
    'combobox',
    'currency',
    'date',
    'datetime',
    'double',
    'email',
    'encryptedstring',
    'id',
    'int',
    'location',
    'multipicklist',
    'percent',
    'phone',
    'picklist',
    'reference',
    'string',
    'textarea',
    'time',
    'url',
  ]);
});
