import type { AuditEntryDocument } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';

/** Most entries of one resource that are answered, the newest ones. */
const MAX_ENTRIES = 1_000;

/** One entry, with who made the change. */
export interface AuditEntry extends AuditEntryDocument {
  readonly user: string;
  readonly client: string;
  readonly at: Date;
}

/** The newest entries of a resource's log, the newest first. */
export async function auditEntries(store: ScopedStore, resourceId: string): Promise<readonly AuditEntry[]> {
  const { items } = await store.resources('auditEntry').list({
    filters: [{ path: ['resourceId'], operator: '==', value: resourceId }],
    limit: MAX_ENTRIES,
  });
  return items.map(entryOf);
}

function entryOf({ body, createdAt, createdBy, createdClient }: Resource): AuditEntry {
  // Entries are written by recordChange alone.
  const document = body as unknown as AuditEntryDocument;
  return { ...document, user: createdBy, client: createdClient, at: createdAt };
}
