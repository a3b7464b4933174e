import type { PackageRecord, Store } from '@tributary/store';
import { Problem } from '../../http/problem.ts';
import { packageOf } from './package-documents.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';

/** @throws {Problem} of kind `notFound` */
export async function existingPackage(store: Store, orgId: string, id: string): Promise<PackageRecord> {
  const record = await store.packages(orgId, 'package').get(id);
  if (record !== undefined) return record;
  throw new Problem('notFound', `There is no package ${id} in this organisation.`);
}

/**
 * What a package that can be imported carries.
 * @throws {Problem} of kind `conflict` where it is not published, or has expired
 */
export async function importableSnapshot(
  store: Store,
  orgId: string,
  record: PackageRecord,
): Promise<Snapshot> {
  const { status, expiry } = packageOf(record);
  const snapshot = await store.packages(orgId, 'snapshot').get(record.id);
  if (status !== 'PUBLISHED' || snapshot === undefined) {
    throw new Problem(
      'conflict',
      `The package ${record.id} is not published. Publish it first: GET /packages/${record.id}/export.`,
    );
  }
  if (expiry <= Date.now()) {
    throw new Problem(
      'conflict',
      `The package ${record.id} expired on ${new Date(expiry).toISOString()}. Publish it again.`,
    );
  }
  return snapshotOf(snapshot);
}
