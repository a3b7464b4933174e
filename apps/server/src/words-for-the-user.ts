import {
  DatabaseNotUsable,
  DataFolderInUse,
  NoDatabase,
  StoreMoved,
  StoreNotMovable,
} from '@tributary/store';
import { ConfigurationError } from './configuration.ts';
import { DemoCrmNotStarted } from './demo-crm.ts';

/** What a command ends with: one line where the user can mend it, all that is known otherwise. */
export function wordsForTheUser(error: unknown): string {
  return isForTheUser(error) ? error.message : inFull(error);
}

export function inFull(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What the system refused (an address, a folder) is said by its own message, which names the call and its object. */
function isForTheUser(error: unknown): error is Error {
  return (
    error instanceof ConfigurationError ||
    error instanceof DataFolderInUse ||
    error instanceof DatabaseNotUsable ||
    error instanceof DemoCrmNotStarted ||
    error instanceof NoDatabase ||
    error instanceof StoreMoved ||
    error instanceof StoreNotMovable ||
    (error instanceof Error && 'syscall' in error)
  );
}
