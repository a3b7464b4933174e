import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { labelOf } from './label-of.ts';
import { missingOf, paramsOf, type SpecField, specFields, valuesOf } from './spec-fields.ts';

const connectors = new URL('../../../../packages/connectors/src/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, connectors), 'utf8'));
const options = specFields(read('flow-specs/crm-to-aep.json').optionSpec.spec);

function authFields(path: string, index = 0): Readonly<Record<string, SpecField>> {
  return Object.fromEntries(specFields(read(path).authSpec[index].spec).map((field) => [field.key, field]));
}

describe('fields of a spec', () => {
  test.each([
    ['environmentUrl', 'Environment URL'],
    ['s3AccessKey', 'S3 access key'],
    ['servicePrincipalId', 'Service principal ID'],
    ['caCertificate', 'CA certificate'],
    ['folder', 'Folder'],
    ['SSLMode', 'SSL mode'],
  ])('have a name that people read: %s', (name, label) => {
    expect(labelOf(name)).toBe(label);
  });

  test('say which must be given, which are secret and how they are filled in', () => {
    expect(authFields('files/sftp/connection-spec.json', 1)).toMatchObject({
      host: { label: 'Host', kind: 'text', isRequired: true, isSecret: false },
      port: { kind: 'integer', isRequired: false, default: 22, minimum: 1, maximum: 65_535 },
      privateKeyContent: { isRequired: true, isSecret: true, isBase64: true },
    });
    expect(authFields('salesforce/connection-spec.json', 3)).toMatchObject({
      privateKey: { kind: 'lines', isSecret: true, isBase64: false },
    });
  });

  test('may be empty where the spec demands no length', () => {
    const fields = specFields(read('salesforce/connection-spec.json').authSpec[0].spec);
    const given = { environmentUrl: 'https://example.my.salesforce.com', username: 'ada', password: 'pw' };
    expect(missingOf(fields, given)).toEqual({});
    expect(paramsOf(fields, given)).toEqual({ ...given, securityToken: '' });
  });

  test('open objects within, of which nothing must be given', () => {
    expect(options.find(({ key }) => key === 'computedColumnRefresh.frequency')).toMatchObject({
      label: 'Refresh of computed columns: Frequency',
      kind: 'choice',
      choices: ['hour', 'day', 'week'],
      isRequired: false,
    });
  });
});

describe('params of fields', () => {
  test('hold what differs from what holds anyway, where it belongs', () => {
    const values = {
      schemaDrift: 'add',
      concurrentReads: 4,
      errorDiagnosticsEnabled: false,
      removalLimitPercent: 0,
      'computedColumnRefresh.frequency': 'day',
      partialIngestionPercent: undefined,
    };
    const params = paramsOf(options, values);
    expect(params).toEqual({
      schemaDrift: 'add',
      errorDiagnosticsEnabled: false,
      removalLimitPercent: 0,
      computedColumnRefresh: { frequency: 'day' },
    });
    expect(paramsOf(options, valuesOf(options, params))).toEqual(params);
  });

  test.each([
    [{}, ['columnDelimiter', 'encoding', 'header']],
    [{ fileType: 'delimited' }, ['fileType', 'columnDelimiter', 'encoding', 'header']],
    [{ fileType: 'json' }, ['fileType', 'encoding']],
    [{ fileType: 'parquet' }, ['fileType']],
  ])('are those alone that mean something beside %o', (format, sent) => {
    const fields = specFields(read('files/local/connection-spec.json').exploreSpec.requestSpec);
    const values = { ...format, columnDelimiter: ';', encoding: 'UTF-16', header: false };
    expect(Object.keys(paramsOf(fields, values))).toEqual(sent);
  });

  test('are missing where a field that must be given is empty', () => {
    const fields = specFields(read('files/local/connection-spec.json').authSpec[0].spec);
    expect(missingOf(fields, { folder: '' })).toEqual({ folder: 'Fill in: Folder' });
    expect(missingOf(fields, { folder: '/srv' })).toEqual({});
  });
});
