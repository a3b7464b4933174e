import type { Ledger } from './api-clients.ts';
import type { ChangingFiles } from './changing-files.ts';
import type { EventReceiver } from './event-receiver.ts';
import type { Installation } from './installation.ts';
import type { ProvedFlows } from './proved-flows.ts';

/** What a proof is about. */
export interface Scene {
  readonly installation: Installation;
  readonly flows: ProvedFlows;
  readonly files: ChangingFiles;
  readonly ledger: Ledger;
  readonly receiver: EventReceiver;
  readonly webhookId: string;
}
