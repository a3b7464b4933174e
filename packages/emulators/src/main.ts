import { parseArgs } from 'node:util';
import { type DataverseEmulatorOptions, startDataverseEmulator } from './dataverse/emulator.ts';
import { type SalesforceEmulatorOptions, startSalesforceEmulator } from './salesforce/emulator.ts';

/**
 * Runs an emulator as a process of its own: Salesforce's, or Dataverse's with `--system dataverse`. Every flag may also be
 * an environment variable, `--client-id` being `SALESFORCE_EMULATOR_CLIENT_ID`, or `DATAVERSE_EMULATOR_CLIENT_ID`; a flag
 * wins. Rows are written `Contact=20000,Lead=500`.
 */
const SYSTEMS = ['salesforce', 'dataverse'] as const;
type System = (typeof SYSTEMS)[number];

const flags = [
  'host',
  'port',
  'seed',
  'rows',
  'journal',
  'client-id',
  'client-secret',
  'username',
  'password',
  'security-token',
  'request-ms',
  'bulk-job-ms',
  'session-lifetime-ms',
  'daily-api-requests',
  'daily-bulk-query-jobs',
  'bulk-page-rows',
  'tenant-id',
  'token-lifetime-ms',
  'requests-per-five-minutes',
] as const;
type Flag = (typeof flags)[number];
type Settings = Partial<Record<Flag, string>>;

/** Flags that only one of the systems knows. */
const ownFlags: Readonly<Record<System, readonly Flag[]>> = {
  salesforce: [
    'security-token',
    'bulk-job-ms',
    'session-lifetime-ms',
    'daily-api-requests',
    'daily-bulk-query-jobs',
    'bulk-page-rows',
  ],
  dataverse: ['tenant-id', 'token-lifetime-ms', 'requests-per-five-minutes'],
};

function readSettings(): { readonly system: System; readonly settings: Settings } {
  const names = ['system', ...flags];
  const options = Object.fromEntries(names.map((flag) => [flag, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  const system = SYSTEMS.find((name) => name === (values.system ?? 'salesforce'));
  if (system === undefined) throw new Error(`--system must be one of ${SYSTEMS.join(', ')}.`);
  return { system, settings: settingsOf(system, values) };
}

function settingsOf(system: System, values: Readonly<Record<string, unknown>>): Settings {
  const settings: Settings = {};
  const others = SYSTEMS.filter((name) => name !== system).flatMap((name) => ownFlags[name]);
  for (const flag of flags) {
    if (others.includes(flag)) {
      if (values[flag] !== undefined) throw new Error(`--${flag} means nothing to the ${system} emulator.`);
      continue;
    }
    const variable = `${system.toUpperCase()}_EMULATOR_${flag.replaceAll('-', '_').toUpperCase()}`;
    const value = values[flag] ?? process.env[variable];
    if (typeof value === 'string' && value !== '') settings[flag] = value;
  }
  return settings;
}

function wholeNumber(flag: Flag, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`--${flag} must be a whole number.`);
}

function parseRows(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [object = '', count = ''] = part.split('=');
      return [object.trim(), wholeNumber('rows', count.trim())];
    }),
  );
}

/** Options under the names that emulators give them, where they are set. */
function optionsOf(settings: Settings) {
  return {
    text: <Key extends string>(key: Key, flag: Flag) =>
      settings[flag] === undefined ? {} : ({ [key]: settings[flag] } as Record<Key, string>),
    number: <Key extends string>(key: Key, flag: Flag) =>
      settings[flag] === undefined
        ? {}
        : ({ [key]: wholeNumber(flag, settings[flag]) } as Record<Key, number>),
  };
}

function commonOptions(settings: Settings) {
  const { text, number } = optionsOf(settings);
  return {
    ...text('host', 'host'),
    ...number('port', 'port'),
    ...number('seed', 'seed'),
    ...(settings.rows === undefined ? {} : { rows: parseRows(settings.rows) }),
    ...text('journalPath', 'journal'),
    ...text('clientId', 'client-id'),
    ...text('clientSecret', 'client-secret'),
    ...text('username', 'username'),
    ...text('password', 'password'),
  };
}

function salesforceOptions(settings: Settings): SalesforceEmulatorOptions {
  const { text, number } = optionsOf(settings);
  return {
    ...commonOptions(settings),
    ...text('securityToken', 'security-token'),
    ...number('sessionLifetimeMs', 'session-lifetime-ms'),
    ...number('dailyApiRequests', 'daily-api-requests'),
    ...number('dailyBulkQueryJobs', 'daily-bulk-query-jobs'),
    ...number('bulkPageRows', 'bulk-page-rows'),
    latency: { ...number('requestMs', 'request-ms'), ...number('bulkJobMs', 'bulk-job-ms') },
  };
}

function dataverseOptions(settings: Settings): DataverseEmulatorOptions {
  const { text, number } = optionsOf(settings);
  return {
    ...commonOptions(settings),
    ...text('tenantId', 'tenant-id'),
    ...number('tokenLifetimeMs', 'token-lifetime-ms'),
    ...number('requestsPerFiveMinutes', 'requests-per-five-minutes'),
    ...number('requestMs', 'request-ms'),
  };
}

// A parent that died before the emulator was ready must not leave it behind either.
process.once('disconnect', () => process.exit(0));

try {
  const { system, settings } = readSettings();
  const emulator =
    system === 'dataverse'
      ? await startDataverseEmulator(dataverseOptions(settings))
      : await startSalesforceEmulator(salesforceOptions(settings));
  const ready = { url: emulator.url, ...emulator.credentials };
  const stop = () => void emulator.close().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.send?.(ready);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // A listener for the end of the IPC channel would otherwise keep the process alive.
  process.stderr.write(`${message}\n`, () => process.exit(1));
}
