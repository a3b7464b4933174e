import { type DuckDBConnection, DuckDBInstance, type DuckDBResultReader } from '@duckdb/node-api';
import { quoteLiteral } from '@tributary/data-prep';
import { registerVectorisedFunctions } from './vectorised-functions.ts';

/** What one job may use of the machine. */
export interface Bounds {
  /** Buffers of the database; the process grows to about a third more. */
  readonly memoryLimitMb: number;
  readonly threads: number;
  /** Folder for spilled data, absolute; exists. */
  readonly spillDirectory: string;
  /** The only files that SQL can read, absolute. */
  readonly files: readonly string[];
  /** The only folders that SQL can read and write in, absolute. */
  readonly directories: readonly string[];
  /** Whether rows keep the order of their file. Costs memory and parallelism. */
  readonly keepOrder: boolean;
}

/** A database of its own in memory, locked down: what {@link Bounds} don't name is out of reach, and stays so. */
export interface Database {
  run(sql: string): Promise<void>;
  read(sql: string): Promise<DuckDBResultReader>;
  close(): void;
}

/** Opens a locked-down database. Aborting `signal` interrupts what runs in it; the statement then rejects. */
export async function openDatabase(bounds: Bounds, signal: AbortSignal): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(bounds.threads),
    memory_limit: `${bounds.memoryLimitMb}MB`,
    temp_directory: bounds.spillDirectory,
    preserve_insertion_order: String(bounds.keepOrder),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_persistent_secrets: 'false',
  });
  const connection = await instance.connect();
  registerVectorisedFunctions(connection);
  await lockDown(connection, bounds);
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  return {
    async run(sql) {
      signal.throwIfAborted();
      await connection.run(sql);
    },
    async read(sql) {
      signal.throwIfAborted();
      return connection.runAndReadAll(sql);
    },
    close() {
      signal.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function lockDown(connection: DuckDBConnection, { files, directories }: Bounds): Promise<void> {
  await connection.run(`SET TimeZone = 'UTC'`);
  // A folder's own path lies not in the folder, and COPY looks at it.
  const paths = [...files, ...directories];
  await connection.run(`SET allowed_paths = [${paths.map(quoteLiteral).join(', ')}]`);
  await connection.run(`SET allowed_directories = [${directories.map(quoteLiteral).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}
