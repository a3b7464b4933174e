import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';

/**
 * Pages of the database that are kept in memory. PostgreSQL's default is 128 MiB, all of which becomes
 * resident in time, beside the system's cache of the same files.
 */
const SHARED_BUFFERS = '16MB';

/**
 * PostgreSQL as WebAssembly in this process, on the database that lies in `folder`; an empty folder becomes
 * one.
 */
export function openEmbeddedPostgres(folder: string): Promise<PGlite> {
  compileOnce();
  const startParams = [...PGlite.defaultStartParams, '-c', `shared_buffers=${SHARED_BUFFERS}`];
  return PGlite.create(folder, { startParams });
}

/**
 * WebAssembly stays as V8's quick compiler makes it. The optimising one needs 600 MiB and a second of a core
 * for one function, which evaluates PostgreSQL's expressions, and makes a store's usual queries faster by a
 * fifth.
 */
function compileOnce(): void {
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
}
