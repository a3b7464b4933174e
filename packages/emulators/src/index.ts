export type { Credentials } from './salesforce/credentials.ts';
export {
  defaultRows,
  type SalesforceEmulator,
  type SalesforceEmulatorOptions,
  startSalesforceEmulator,
} from './salesforce/emulator.ts';
export type { Latency } from './salesforce/http/context.ts';
