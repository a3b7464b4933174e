import { expect, test } from 'vitest';
import { parseAccept } from './accept.ts';

const PLAIN = { text: true, descriptors: false, deprecatedFields: false };

test.each([
  ['application/vnd.adobe.xed+json; version=1', { ...PLAIN, form: 'raw', majorVersion: 1 }],
  ['application/vnd.adobe.xed+json;version=1.0', { ...PLAIN, form: 'raw', majorVersion: 1 }],
  ['application/vnd.adobe.xed-full+json; version=1', { ...PLAIN, form: 'full', majorVersion: 1 }],
  [
    'application/vnd.adobe.xed-full-notext+json; version="2.1"',
    { ...PLAIN, form: 'full', text: false, majorVersion: 2 },
  ],
  [
    'application/vnd.adobe.xed-full-desc+json;version=1',
    { ...PLAIN, form: 'full', descriptors: true, majorVersion: 1 },
  ],
  [
    'application/vnd.adobe.xed-deprecatefield+json;version=1',
    { ...PLAIN, form: 'full', deprecatedFields: true, majorVersion: 1 },
  ],
  [
    'application/vnd.adobe.xed-full-desc-deprecated+json;version=1',
    { ...PLAIN, form: 'full', descriptors: true, deprecatedFields: true, majorVersion: 1 },
  ],
  ['Application/Vnd.Adobe.XED+JSON; Version=1', { ...PLAIN, form: 'raw', majorVersion: 1 }],
  ['text/html, application/vnd.adobe.xed+json;version=1, */*', { ...PLAIN, form: 'raw', majorVersion: 1 }],
  ['application/vnd.adobe.xed-id+json', { form: 'id' }],
])('%s is read for a single resource', (header, value) => {
  expect(parseAccept(header, 'single')).toEqual({ ok: true, value });
});

test.each([
  ['application/vnd.adobe.xed-id+json', { form: 'id' }],
  ['application/vnd.adobe.xed+json', { ...PLAIN, form: 'raw', majorVersion: undefined }],
  ['application/vnd.adobe.xed-full+json', { ...PLAIN, form: 'full', majorVersion: undefined }],
])('%s is read for a list', (header, value) => {
  expect(parseAccept(header, 'list')).toEqual({ ok: true, value });
});

test.each([
  [undefined, 'missing'],
  ['', 'missing'],
  ['*/*', 'not valid'],
  ['application/json', 'not valid'],
  ['application/vnd.adobe.xdm+json', 'not valid'],
  ['application/vnd.adobe.xed-everything+json; version=1', 'not valid'],
  ['application/vnd.adobe.xed-id-full+json', 'not valid'],
  ['application/vnd.adobe.xed+json; version=one', 'not valid'],
  ['application/vnd.adobe.xed+json; version=1; version=2', 'not valid'],
  ['application/vnd.adobe.xed-full+json', 'no version'],
  [`application/vnd.adobe.xed+json; version=1${' '.repeat(2_000)}`, 'longer than'],
])('%s is refused for a single resource', (header, reason) => {
  expect(parseAccept(header, 'single')).toMatchObject({
    ok: false,
    problems: [{ code: 'XDM-1007-400', path: 'Accept', message: expect.stringContaining(reason) }],
  });
});

test('a list of a version is refused', () => {
  expect(parseAccept('application/vnd.adobe.xed+json; version=1', 'list')).toMatchObject({
    ok: false,
    problems: [{ code: 'XDM-1006-400', message: expect.stringContaining('version') }],
  });
});

test('a list has a code of its own for a wrong header', () => {
  expect(parseAccept('application/json', 'list')).toMatchObject({
    ok: false,
    problems: [{ code: 'XDM-1006-400' }],
  });
});
