import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceType } from '../columns.ts';
import type { TenantContext } from '../registry/envelope.ts';
import type { RegistryResource } from '../registry/resource.ts';
import type { TenantResourceType } from '../registry/resource-check.ts';
import { lookupOver } from '../registry/standard-library.ts';
import { createTenantResource } from '../registry/tenant-resource.ts';
import { PROFILE } from '../test-resources.ts';
import { type ProposalColumn, proposeSchema } from './propose-schema.ts';

const context: TenantContext = {
  tenantId: 'acme',
  imsOrg: 'ACME@AdobeOrg',
  sandboxId: 's',
  sandboxType: 'production',
  clientId: 'c',
  userId: 'u',
  now: new Date(0),
};

/** Creates what was proposed, in its order; answers what is wrong. */
function problemsOf(resources: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  const made: RegistryResource[] = [];
  return resources
    .filter((resource) => typeof resource.$id === 'string')
    .flatMap(({ $id, ...body }) => {
      const type = body['meta:resourceType'] as TenantResourceType;
      const hex = Buffer.from(String($id).split('/').at(-1) ?? '', 'hex');
      const created = createTenantResource(type, body, context, lookupOver(made), () => hex);
      if (created.ok) made.push(created.value.resource);
      return created.ok ? [] : created.problems.map(({ path, message }) => `${path} ${message}`);
    });
}

const figures = (rows: number, filled: number, distinct: number, emails = 0) => ({
  rows,
  filled,
  distinct,
  emails,
});
const columns: readonly ProposalColumn[] = [
  { name: 'Id', type: 'string', isKey: true },
  { name: 'E-Mail', type: 'string', figures: figures(10, 9, 9, 9) },
  { name: 'ext ID', type: 'string', figures: figures(10, 10, 10) },
  { name: 'FirstName', type: 'string', figures: figures(10, 10, 10) },
  { name: 'firstname', type: 'string' },
  { name: 'Age', type: 'long', figures: figures(10, 10, 3) },
  { name: 'Born', type: 'date' },
  { name: 'Tags', type: { kind: 'array', items: 'string' } },
  { name: 'Größe', type: { kind: 'object', fields: [{ name: 'w', type: 'decimal' }] } },
];

describe('a proposed schema', () => {
  const request = { title: 'CRM Contacts', classId: undefined, tenant: 'acme', columns };
  const proposal = proposeSchema(request);

  it('has a class, a field group and a schema that can be created as they are', () => {
    expect(proposal.resources.map(({ title, '@type': type }) => title ?? type)).toEqual([
      'CRM Contacts class',
      'CRM Contacts fields',
      'CRM Contacts',
      ...Array.from({ length: 3 }, () => 'xdm:descriptorIdentity'),
    ]);
    expect(problemsOf(proposal.resources)).toEqual([]);
  });

  it('builds on a class that is named', () => {
    const { resources } = proposeSchema({ ...request, classId: PROFILE });
    expect(resources.map((resource) => resource['meta:resourceType'])).toEqual([
      'mixins',
      'schemas',
      'descriptors',
      'descriptors',
      'descriptors',
    ]);
    expect(problemsOf(resources)).toEqual([]);
  });

  it('names fields as the registry does, and tells types, gaps and identities', () => {
    expect(
      proposal.columns.map(({ path, xdmType, isNullable }) => [
        path.replace('/_acme/crmContacts/', ''),
        xdmType,
        isNullable,
      ]),
    ).toEqual([
      ['id', 'string', false],
      ['eMail', 'string', true],
      ['extID', 'string', false],
      ['firstName', 'string', false],
      ['firstname2', 'string', true],
      ['age', 'long', false],
      ['born', 'date', true],
      ['tags', 'array', true],
      [expect.stringMatching(/^gro/), 'object', true],
    ]);
    expect(
      proposal.columns.flatMap(({ name, identity }) =>
        identity ? [[name, identity.namespace, identity.isPrimary]] : [],
      ),
    ).toEqual([
      ['Id', 'Id', true],
      ['E-Mail', 'Email', false],
      ['ext ID', 'extID', false],
    ]);
  });

  it('can be created whatever the columns are called and hold', () => {
    const scalar = fc.constantFrom<SourceType>(
      'string',
      'boolean',
      'integer',
      'long',
      'number',
      'decimal',
      'date',
      'date-time',
      'time',
      'json',
    );
    const { type } = fc.letrec<{ type: SourceType }>((tie) => ({
      type: fc.oneof(
        { depthSize: 'small' },
        scalar,
        fc.record({ kind: fc.constant('array' as const), items: tie('type') }),
        fc.record({ kind: fc.constant('map' as const), values: tie('type') }),
        fc.record({
          kind: fc.constant('object' as const),
          fields: fc.array(fc.record({ name: fc.string(), type: tie('type') }), { maxLength: 4 }),
        }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.record({ name: fc.string(), type }), { minLength: 1, maxLength: 6 }),
        (title, given) => {
          const { resources } = proposeSchema({
            title: `T${title}`.slice(0, 200),
            classId: undefined,
            tenant: 'acme',
            columns: given,
          });
          expect(problemsOf(resources)).toEqual([]);
        },
      ),
    );
  });
});
