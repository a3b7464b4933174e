import { schemaIdentities } from '@tributary/runner';
import { MAX_VIOLATIONS, referencedIds, sampleRecord, validateDocument } from '@tributary/xdm';
import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { type AuditEntry, auditEntries } from './audit-log.ts';
import { exportPayload } from './export-resource.ts';
import { findResource, requireResource, resolvedResource } from './find-resource.ts';
import { importPayload } from './import-resources.ts';
import { timestampOf } from './problem-document.ts';
import { IdParameter } from './tenant-resources.ts';

const AuditLog = Type.Array(
  Type.Object({
    id: Type.String({ description: 'The `$id` of the resource.' }),
    updatedUser: Type.String(),
    imsOrg: Type.String(),
    updatedTime: Type.String({ description: 'MM-DD-YYYY hh:mm:ss, UTC.' }),
    updated: Type.Integer({ description: 'Milliseconds since 1970.' }),
    requestId: Type.String(),
    clientId: Type.String(),
    sandBoxId: Type.String(),
    sandboxId: Type.String(),
    updates: Type.Array(
      Type.Object({
        id: Type.String({
          description: 'What changed: the resource, a part of it, or one of its descriptors.',
        }),
        xdmType: Type.String({ description: '`schemas`, `mixins`, …, or `descriptors`.' }),
        action: Type.String({ description: '`add`, `replace` or `remove`.' }),
        path: Type.String({ description: 'JSON pointer; empty for all of it.' }),
        value: Type.Optional(Type.Unknown()),
      }),
    ),
  }),
);

const Payload = Type.Array(Type.Unknown(), {
  description:
    'Resources, what others need first, then descriptors; the tenant’s id is `<XDM_TENANTID_PLACEHOLDER>`.',
});

const Violation = Type.Object({
  pointer: Type.String({ description: 'JSON pointer into the document.' }),
  keyword: Type.String({ description: 'The rule: `type`, `required`, `format`, …' }),
  severity: Type.Enum(['error', 'warning']),
  expected: Type.String(),
  found: Type.String(),
  message: Type.String(),
});

const ValidationReport = Type.Object({
  schemaId: Type.String(),
  isValid: Type.Boolean({ description: 'Whether no document has an error; warnings are no errors.' }),
  documents: Type.Array(
    Type.Object({
      index: Type.Integer({ description: 'Which of the documents, from 0.' }),
      isValid: Type.Boolean(),
      violations: Type.Array(Violation),
    }),
  ),
});

/** Documents that are validated at once; a violation's report is larger than what it is about. */
const MAX_DOCUMENTS = 1_000;
/** Resources whose changes are told in the log of one that is composed of them. */
const MAX_PARTS = 500;

/** Calls about resources of any kind: sample data, the audit log, export, import and validation. */
export function registerRpc(routes: Routes): void {
  routes.get(
    '/rpc/sampledata/:id',
    {
      schema: {
        summary: 'A sample record of a schema',
        description:
          'Each field has a value that keeps to its type, format and constraints; the same every time.',
        params: IdParameter,
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    async (request) => {
      const { root } = await resolvedResource(sandboxOf(request), request.params.id);
      return sampleRecord(root);
    },
  );

  routes.get(
    '/rpc/auditlog/:id',
    {
      schema: {
        summary: 'Who changed a resource, and what, the newest change first',
        params: IdParameter,
        response: { 200: AuditLog },
      },
    },
    (request) => auditLog(sandboxOf(request), request.params.id),
  );

  routes.get(
    '/rpc/export/:id',
    {
      schema: {
        summary: 'Export a resource with all that it depends on',
        params: IdParameter,
        response: { 200: Payload },
      },
    },
    async (request) => [...(await exportPayload(sandboxOf(request), request.params.id))],
  );

  // Clients post payloads back to where they came from, too.
  for (const path of ['/rpc/import', '/rpc/export']) {
    routes.post(
      path,
      {
        schema: {
          summary: 'Import what was exported: all of it, or nothing',
          body: Type.Unknown({
            description: 'The payload of an export, or an object with it as `resources`.',
          }),
          response: { 200: Type.Array(Type.Unknown(), { description: 'The resources as they are now.' }) },
        },
      },
      async (request) => [...(await importPayload(sandboxOf(request), request.body))],
    );
  }

  routes.post(
    '/rpc/validate/:id',
    {
      schema: {
        summary: 'Validate a document, or an array of them, against a schema',
        description:
          'Every violation with its JSON pointer, by the rules of ingestion. Fields that the schema does not have are warnings.',
        params: IdParameter,
        body: Type.Unknown({ description: 'A JSON object, or an array of JSON objects.' }),
        response: { 200: ValidationReport },
      },
    },
    (request) => validationReport(sandboxOf(request), request.params.id, request.body),
  );
}

async function auditLog(caller: SandboxedCaller, idOrAltId: string) {
  const { store, organization, sandbox } = caller;
  const resource = await findResource(caller, idOrAltId);
  const id = resource?.$id ?? idOrAltId;
  const entries = [...(await auditEntries(store, id))];
  // The log outlives its resource.
  if (resource === undefined && entries.length === 0) await requireResource(caller, idOrAltId);
  if (resource !== undefined) {
    for (const part of await partsOf(caller, id)) entries.push(...(await auditEntries(store, part)));
  }
  return entries
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())
    .map(({ user, client, at, requestId, updates }: AuditEntry) => ({
      id,
      updatedUser: user,
      imsOrg: organization.id,
      updatedTime: timestampOf(at),
      updated: at.getTime(),
      requestId,
      clientId: client,
      sandBoxId: sandbox.id,
      sandboxId: sandbox.id,
      updates: [...updates],
    }));
}

/** The tenant's resources that a resource is composed of, directly or not. */
async function partsOf(caller: SandboxedCaller, id: string): Promise<readonly string[]> {
  const parts = new Set<string>();
  const wanted = [id];
  for (let next = wanted.pop(); next !== undefined && parts.size < MAX_PARTS; next = wanted.pop()) {
    const resource = await findResource(caller, next);
    if (resource === undefined || resource['meta:containerId'] !== 'tenant') continue;
    if (next !== id) parts.add(next);
    wanted.push(...referencedIds(resource).filter((other) => other !== id && !parts.has(other)));
  }
  return [...parts];
}

async function validationReport(caller: SandboxedCaller, idOrAltId: string, body: unknown) {
  const documents: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (documents.length > MAX_DOCUMENTS) {
    throw new Problem(
      'invalidBody',
      `The body holds ${documents.length} documents; ${MAX_DOCUMENTS} are allowed at once.`,
      { violations: [{ path: '', message: `at most ${MAX_DOCUMENTS} documents` }] },
    );
  }
  const { id, root } = await resolvedResource(caller, idOrAltId);
  const identities = await schemaIdentities(caller.store, id);
  let left = MAX_VIOLATIONS;
  const reports = documents.map((document, index) => {
    const violations = validateDocument(root, document, { identities, limit: Math.max(left, 1) });
    left -= violations.length;
    const isValid = violations.every(({ severity }) => severity === 'warning');
    return { index, isValid, violations: [...violations] };
  });
  return { schemaId: id, isValid: reports.every(({ isValid }) => isValid), documents: reports };
}
