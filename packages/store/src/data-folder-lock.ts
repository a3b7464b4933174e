import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Another live process holds the data folder; the embedded store allows one process only. */
export class DataFolderInUse extends Error {
  constructor(folder: string, pid: number) {
    super(
      `${folder} is in use by process ${pid}. Stop that process, or give this one another folder with TRIBUTARY_DATA, ` +
        'or let both share a PostgreSQL server with DATABASE_URL.',
    );
    this.name = 'DataFolderInUse';
  }
}

/**
 * Locks a data folder for this process until `release` is called. A lock left by a killed process is taken
 * over. Throws {@link DataFolderInUse} while its holder lives.
 */
export function lockDataFolder(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'tributary.lock');
  while (!tryCreate(path)) {
    const holder = readHolder(path);
    if (holder !== undefined && holder !== identity(process.pid) && isAlive(holder)) {
      throw new DataFolderInUse(folder, Number.parseInt(holder, 10));
    }
    rmSync(path, { force: true });
  }
  return { release: () => rmSync(path, { force: true }) };
}

function tryCreate(path: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, identity(process.pid) ?? `${process.pid}`);
    closeSync(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(holder: string): boolean {
  const pid = Number.parseInt(holder, 10);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  const now = identity(pid);
  return now === undefined || now === holder || !holder.includes(' ');
}

/** Process id and, where /proc tells it, start time: a recycled pid must not look like the old holder. */
function identity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${startTicks}`;
  } catch {
    return undefined;
  }
}
