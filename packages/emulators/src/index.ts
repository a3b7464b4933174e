export type { Credentials as DataverseCredentials } from './dataverse/credentials.ts';
export {
  type DataverseEmulator,
  type DataverseEmulatorOptions,
  startDataverseEmulator,
} from './dataverse/emulator.ts';
export type { Credentials } from './salesforce/credentials.ts';
export {
  type SalesforceEmulator,
  type SalesforceEmulatorOptions,
  startSalesforceEmulator,
} from './salesforce/emulator.ts';
export type { Latency } from './salesforce/http/context.ts';
