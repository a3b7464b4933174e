import type { Source, SourceOptions } from '@tributary/connectors';
import type { Engine } from '@tributary/engine';
import type { Diagnostics, Lake } from '@tributary/runner';
import type { Store, Vault } from '@tributary/store';
import type { Tokens } from '../http/access-tokens.ts';

/** What the composition root plugs into the services. */
export interface Dependencies {
  readonly store: Store;
  readonly vault: Vault;
  readonly tokens: Tokens;
  readonly engine: Engine;
  readonly lake: Lake;
  /** What runs keep outside of tables; removing nothing is no error. */
  readonly runFiles: {
    removeStaging(runId: string): Promise<void>;
    removeDiagnostics(batchId: string): Promise<void>;
    readonly diagnostics: Pick<Diagnostics, 'size' | 'stream'>;
  };
  /** A source for a base connection's auth; undefined where nothing can be read through its connection spec. */
  openSource(
    connectionSpecId: string,
    authSpecName: string,
    params: unknown,
    options: Pick<SourceOptions, 'keepAuthParams' | 'selection'>,
  ): Source | undefined;
  /** Tells the runner that there may be work. */
  wakeRunner(): void;
}
