import { isIP } from 'node:net';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { RetentionSettings } from '@tributary/runner';
import { ConfigurationError } from './configuration-error.ts';
import { type FilePlace, lakePlaceOf, stagingPlaceOf } from './file-place.ts';
import { settings } from './settings.ts';

export { ConfigurationError };

/** How this process runs; see {@link settings} for the table of what can be set. */
export interface Configuration {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Absolute. */
  readonly dataFolder: string;
  readonly lake: FilePlace;
  /** For what runs stage and what they reject. Every process of an installation reaches it. */
  readonly staging: FilePlace;
  /** Of files of a lake that lies elsewhere; what is kept on this machine. */
  readonly lakeCacheMb: number;
  /** Undefined: the embedded store in the data folder. */
  readonly databaseUrl: string | undefined;
  readonly firstStart: {
    readonly clientId: string | undefined;
    readonly clientSecret: string | undefined;
    readonly orgId: string | undefined;
  };
  /** 32 bytes; undefined: a key file in the data folder. */
  readonly vaultKey: Uint8Array | undefined;
  readonly demo: { readonly contacts: number } | undefined;
  /** The folders that local files may be read from, absolute. */
  readonly fileRoots: readonly string[];
  /** Modules of further sources: paths, or names of packages. */
  readonly sourceModules: readonly string[];
  readonly settleSeconds: number;
  readonly readsOfConnection: number;
  readonly retention: RetentionSettings;
  readonly engineMemoryMb: number;
  readonly isLogging: boolean;
}

/** A hundred years. */
const MOST_KEPT_DAYS = 36_500;

/**
 * Reads the settings from flags, then the environment, then their defaults.
 * @throws {ConfigurationError} that names the setting.
 */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Configuration {
  const read = settingReader(environment, args);
  const dataFolder = resolve(read.text('TRIBUTARY_DATA'));
  const lake = lakePlaceOf(read.optional, dataFolder);
  return {
    host: read.text('TRIBUTARY_HOST'),
    port: read.integer('TRIBUTARY_PORT', 0, 65_535),
    dataFolder,
    lake,
    staging: stagingPlaceOf(read.optional, dataFolder, lake),
    lakeCacheMb: read.integer('TRIBUTARY_LAKE_CACHE_MB', 0, 1_048_576),
    databaseUrl: databaseUrlOf(read.optional('DATABASE_URL')),
    firstStart: {
      clientId: read.identifier('TRIBUTARY_CLIENT_ID'),
      clientSecret: read.optional('TRIBUTARY_CLIENT_SECRET'),
      orgId: read.identifier('TRIBUTARY_ORG_ID'),
    },
    vaultKey: vaultKeyOf(read.optional('TRIBUTARY_VAULT_KEY')),
    demo: read.flag('TRIBUTARY_DEMO')
      ? { contacts: read.integer('TRIBUTARY_DEMO_CONTACTS', 1, 100_000_000) }
      : undefined,
    fileRoots: fileRootsOf(read.optional('TRIBUTARY_FILE_ROOTS')),
    sourceModules: listOf(read.optional('TRIBUTARY_SOURCES')),
    settleSeconds: read.integer('TRIBUTARY_SETTLE_SECONDS', 0, 86_400),
    readsOfConnection: read.integer('TRIBUTARY_CONNECTION_READS', 1, 1_000),
    retention: {
      runsDays: read.integer('TRIBUTARY_KEEP_RUNS_DAYS', 0, MOST_KEPT_DAYS),
      snapshotsDays: read.integer('TRIBUTARY_KEEP_SNAPSHOTS_DAYS', 0, MOST_KEPT_DAYS),
      eventsDays: read.integer('TRIBUTARY_KEEP_EVENTS_DAYS', 0, MOST_KEPT_DAYS),
    },
    engineMemoryMb: read.integer('TRIBUTARY_ENGINE_MEMORY_MB', 64, 1_048_576),
    isLogging: read.flag('TRIBUTARY_LOG'),
  };
}

function settingReader(environment: Readonly<Record<string, string | undefined>>, args: readonly string[]) {
  const flags = parseFlags(args);
  const optional = (name: string): string | undefined => {
    const setting = settings.find(({ variable }) => variable === name);
    if (setting === undefined) throw new Error(`no setting is called ${name}`);
    const value = flags[setting.flag] ?? environment[name];
    return value === undefined || value === '' ? setting.fallback : value;
  };
  const text = (name: string): string => {
    const value = optional(name);
    if (value === undefined) throw new ConfigurationError(`${name} is not set`);
    return value;
  };
  return {
    optional,
    text,
    /** Ids are sent in headers, and the organisation's names a folder of the lake. */
    identifier(name: string): string | undefined {
      const value = optional(name);
      if (value === undefined || /^[a-z0-9][a-z0-9@._-]*$/i.test(value)) return value;
      throw new ConfigurationError(
        `${name} must begin with a letter or digit and hold only these and @ . _ -, not '${value}'`,
      );
    },
    integer(name: string, least: number, most: number): number {
      const value = text(name);
      const number = Number(value);
      if (/^\d+$/.test(value) && number >= least && number <= most) return number;
      throw new ConfigurationError(`${name} must be a whole number from ${least} to ${most}, not '${value}'`);
    },
    flag(name: string): boolean {
      const value = text(name).toLowerCase();
      if (['1', 'true', 'yes', 'on'].includes(value)) return true;
      if (['0', 'false', 'no', 'off'].includes(value)) return false;
      throw new ConfigurationError(`${name} must be 1 or 0 (or on or off), not '${value}'`);
    },
  };
}

function parseFlags(args: readonly string[]): Readonly<Record<string, string | undefined>> {
  try {
    const options = Object.fromEntries(settings.map(({ flag }) => [flag, { type: 'string' as const }]));
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new ConfigurationError(error instanceof Error ? error.message : String(error));
  }
}

function fileRootsOf(paths: string | undefined): readonly string[] {
  const roots = paths?.split(delimiter).filter((path) => path !== '') ?? [];
  const relative = roots.find((path) => !isAbsolute(path));
  if (relative === undefined) return roots;
  throw new ConfigurationError(`TRIBUTARY_FILE_ROOTS must hold absolute paths, not '${relative}'`);
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function databaseUrlOf(url: string | undefined): string | undefined {
  if (url === undefined || /^postgres(ql)?:\/\//.test(url)) return url;
  // The value may hold a password, so it is not repeated.
  throw new ConfigurationError('DATABASE_URL must begin with postgresql://');
}

const VAULT_KEY_BYTES = 32;

function vaultKeyOf(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const key = Buffer.from(text, 'base64');
  if (key.length === VAULT_KEY_BYTES) return key;
  throw new ConfigurationError(`TRIBUTARY_VAULT_KEY must be base64 of ${VAULT_KEY_BYTES} bytes`);
}

/** Whether a host is this machine's own, so that nobody else can reach what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
