import { randomUUID } from 'node:crypto';
import type { Actor, ScopedStore } from '@tributary/store';
import fastJsonPatch from 'fast-json-patch';

type Body = Readonly<Record<string, unknown>>;

/** One accepted change of a registry resource or of a descriptor. */
export interface RegistryChange {
  /** Under which resource's log it is kept: the resource itself, or for a descriptor its source schema. */
  readonly resourceId: string;
  /** What changed: the resource's `$id`, or the descriptor's `@id`. */
  readonly id: string;
  /** `meta:resourceType` of what changed, or `descriptors`. */
  readonly type: string;
  /** Undefined at its creation. */
  readonly before?: Body | undefined;
  /** Undefined at its deletion. */
  readonly after?: Body | undefined;
}

/** A part of a change, told as JSON Patch tells it. */
export interface AuditUpdate {
  readonly id: string;
  readonly xdmType: string;
  readonly action: 'add' | 'replace' | 'remove';
  /** JSON pointer into the resource; empty for all of it. */
  readonly path: string;
  /** What stands there now; absent where it was removed. */
  readonly value?: unknown;
}

/** What the log keeps of one change; who made it and when is the envelope's. */
export interface AuditEntryDocument {
  readonly resourceId: string;
  readonly requestId: string;
  readonly updates: readonly AuditUpdate[];
}

/**
 * Keeps a change in the audit log. To be called in the transaction that makes the change, so that neither is there
 * without the other. A change of nothing but the registry's own metadata leaves no entry.
 */
export async function recordChange(store: ScopedStore, actor: Actor, change: RegistryChange): Promise<void> {
  const updates = updatesOf(change);
  if (updates.length === 0) return;
  const entry: AuditEntryDocument = {
    resourceId: change.resourceId,
    requestId: randomUUID().replaceAll('-', ''),
    updates,
  };
  await store.resources('auditEntry').insert(newEntryId(), { ...entry }, actor);
}

let entriesMade = 0;

/** Lists order entries of one millisecond by their ids, so those of one process count upwards. */
function newEntryId(): string {
  entriesMade += 1;
  return `${entriesMade.toString(16).padStart(12, '0')}-${randomUUID()}`;
}

function updatesOf({ id, type, before, after }: RegistryChange): readonly AuditUpdate[] {
  const about = { id, xdmType: type };
  if (after === undefined) return before === undefined ? [] : [{ ...about, action: 'remove', path: '' }];
  return fastJsonPatch.compare(logged(before), logged(after)).flatMap((operation): AuditUpdate[] => {
    const { path } = operation;
    switch (operation.op) {
      case 'add':
      case 'replace':
        return [{ ...about, action: operation.op, path, value: operation.value }];
      case 'remove':
        return [{ ...about, action: 'remove', path }];
      default:
        return [];
    }
  });
}

/** Without what changes with every change; times and users are the entry's own. */
function logged(body: Body = {}): Body {
  const { 'meta:registryMetadata': _metadata, ...rest } = body;
  return rest;
}
