import type { Organization, PackageRecord } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import type { ArtifactReference } from './artifact-graph.ts';
import { ArtifactTypeSchema } from './artifact-types.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;

export const SandboxReference = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 256 }),
  imsOrgId: Type.Optional(Type.String({ description: 'The caller’s organisation.' })),
});

/** An artifact as a client names it. Its type is read by `readArtifactType`, which tells those that there are. */
export const NamedArtifact = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 2_000 }),
  type: Type.String({
    maxLength: 100,
    description: 'Such as `REGISTRY_SCHEMA`, `CATALOG_DATASET` or `FLOW`.',
  }),
  title: Type.Optional(Type.String({ maxLength: 500 })),
});

export const PackageStatus = Type.Enum(['DRAFT', 'PUBLISHED', 'PUBLISH_IN_PROGRESS', 'PUBLISH_FAILED']);
export const PackageType = Type.Enum(['PARTIAL', 'FULL']);

export const ShownArtifact = Type.Object({
  id: Type.String(),
  type: ArtifactTypeSchema,
  title: Type.String(),
});

export const ShownPackage = Type.Object({
  id: Type.String(),
  version: Type.Integer({ description: 'Counts changes, from 0.' }),
  createdDate: Type.Integer({ description: 'Epoch milliseconds.' }),
  modifiedDate: Type.Integer(),
  createdBy: Type.String(),
  modifiedBy: Type.String(),
  tenantId: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  imsOrgId: Type.String(),
  packageType: PackageType,
  expiry: Type.Integer({ description: 'Epoch milliseconds; afterwards it cannot be imported.' }),
  publishDate: Type.Optional(Type.Integer()),
  status: PackageStatus,
  packageVisibility: Type.Enum(['private'], { description: 'Packages stay in their organisation.' }),
  artifactsList: Type.Array(ShownArtifact),
  sourceSandbox: Type.Object({ name: Type.String(), imsOrgId: Type.String() }),
});

export interface NamedArtifactDocument extends ArtifactReference {
  readonly title: string;
}

/** What is kept of a package, beside its name and envelope. */
export interface PackageDocument {
  readonly description?: string | undefined;
  readonly packageType: Static<typeof PackageType>;
  readonly status: 'DRAFT' | 'PUBLISHED';
  /** Epoch milliseconds. */
  readonly expiry: number;
  readonly publishDate?: number;
  readonly sourceSandbox: string;
  readonly artifacts: readonly NamedArtifactDocument[];
}

/** A stored package. Only this service writes them. */
export function packageOf({ body }: PackageRecord): PackageDocument {
  return body as unknown as PackageDocument;
}

export function shownPackage(record: PackageRecord, organization: Organization): Static<typeof ShownPackage> {
  const { description, packageType, status, expiry, publishDate, sourceSandbox, artifacts } =
    packageOf(record);
  return {
    id: record.id,
    version: record.version - 1,
    createdDate: record.createdAt.getTime(),
    modifiedDate: record.updatedAt.getTime(),
    createdBy: record.createdBy,
    modifiedBy: record.updatedBy,
    tenantId: organization.tenantId,
    name: record.name,
    ...(description !== undefined && { description }),
    imsOrgId: organization.id,
    packageType,
    expiry,
    ...(publishDate !== undefined && { publishDate }),
    status,
    packageVisibility: 'private',
    artifactsList: artifacts.map(({ id, type, title }) => ({ id, type, title })),
    sourceSandbox: { name: sourceSandbox, imsOrgId: organization.id },
  };
}

/**
 * When a package expires, in epoch milliseconds.
 * @throws {Problem} of kind `invalidBody` for what is no date and time to come
 */
export function readExpiry(expiry: string | null | undefined): number {
  if (expiry === undefined || expiry === null) return expiryAfter(DEFAULT_DAYS);
  const at = Date.parse(expiry);
  if (at > Date.now()) return at;
  const message = 'must be a date and time to come, such as 2030-05-20T20:05:10Z';
  throw new Problem('invalidBody', `The expiry '${expiry}' ${message}.`, {
    violations: [{ path: '/expiry', message }],
  });
}

export function expiryAfter(days: number = DEFAULT_DAYS): number {
  return Date.now() + days * DAY_MS;
}
