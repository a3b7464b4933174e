export {
  defaultRows,
  type SalesforceEmulator,
  type SalesforceEmulatorOptions,
  startSalesforceEmulator,
} from './salesforce/emulator.ts';
export type { Latency } from './salesforce/http/context.ts';
export type { Credentials } from './salesforce/journal.ts';
