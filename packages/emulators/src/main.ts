import { parseArgs } from 'node:util';
import { type SalesforceEmulatorOptions, startSalesforceEmulator } from './salesforce/emulator.ts';

/**
 * Runs the emulator as a process of its own. Every flag may also be an environment variable, `--client-id` being
 * `SALESFORCE_EMULATOR_CLIENT_ID`; a flag wins. Rows are written `Contact=20000,Lead=500`.
 */
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
  'bulk-page-rows',
] as const;
type Flag = (typeof flags)[number];

function readSettings(): Partial<Record<Flag, string>> {
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  const settings: Partial<Record<Flag, string>> = {};
  for (const flag of flags) {
    const variable = `SALESFORCE_EMULATOR_${flag.replaceAll('-', '_').toUpperCase()}`;
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

function toOptions(settings: Partial<Record<Flag, string>>): SalesforceEmulatorOptions {
  const text = <Key extends string>(key: Key, flag: Flag) =>
    settings[flag] === undefined ? {} : ({ [key]: settings[flag] } as Record<Key, string>);
  const number = <Key extends string>(key: Key, flag: Flag) =>
    settings[flag] === undefined ? {} : ({ [key]: wholeNumber(flag, settings[flag]) } as Record<Key, number>);
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
    ...text('securityToken', 'security-token'),
    ...number('sessionLifetimeMs', 'session-lifetime-ms'),
    ...number('dailyApiRequests', 'daily-api-requests'),
    ...number('bulkPageRows', 'bulk-page-rows'),
    latency: { ...number('requestMs', 'request-ms'), ...number('bulkJobMs', 'bulk-job-ms') },
  };
}

// A parent that died before the emulator was ready must not leave it behind either.
process.once('disconnect', () => process.exit(0));

try {
  const emulator = await startSalesforceEmulator(toOptions(readSettings()));
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
