import type { OutboundClient, Source, SourceOptions } from '@tributary/connectors';
import type { Engine } from '@tributary/engine';
import type { FileIO, LocalCopies } from '@tributary/lake';
import type { Claim, RunRecord, Scope, ScopedStore, Store, Vault } from '@tributary/store';
import type { Diagnostics } from './diagnostics.ts';
import type { FlowReads } from './flow-reads.ts';
import type { ReadTurns } from './read-turns.ts';
import type { ScratchFolders } from './scratch-folders.ts';
import type { StagingArea } from './staging-area.ts';
import type { RetentionSettings } from './upkeep/retention.ts';

/** Where the runner tells what it does; a pino logger is one. */
export interface RunnerLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Where the tables lie. */
export interface Lake {
  readonly io: FileIO;
  /** Their files, for the engine to read. */
  readonly copies: LocalCopies;
  /** Where a dataset's table lies, a URI. */
  tableLocation(scope: Scope, dataSetId: string): string;
}

/** What the composition root plugs into the runner. */
export interface RunnerServices {
  readonly store: Store;
  readonly vault: Vault;
  readonly engine: Engine;
  readonly lake: Lake;
  readonly staging: StagingArea;
  readonly diagnostics: Diagnostics;
  readonly scratch: ScratchFolders;
  /** The way to receivers of events. */
  readonly outbound: Pick<OutboundClient, 'text'>;
  openSource(
    connectionSpecId: string,
    authSpecName: string,
    params: unknown,
    options: Pick<SourceOptions, 'keepAuthParams' | 'selection'>,
  ): Source | undefined;
  /** Whether other processes work on the same store, and reach the same staging and lake. */
  readonly isShared: boolean;
  /** Partitions that may be read over one base connection at the same time, by all runs together. */
  readonly readsOfConnection: number;
  readonly readTurns: ReadTurns;
  /** Reads of one sandbox, for all runs of this process. */
  flowReads(scope: Scope): FlowReads;
  /** How late a row may be committed at the source with an earlier stamp, in seconds. */
  readonly settleSeconds: number;
  readonly retention: RetentionSettings;
  readonly log: RunnerLog;
}

/** One attempt of one run by one worker. */
export interface Attempt {
  readonly services: RunnerServices;
  readonly store: ScopedStore;
  readonly run: RunRecord;
  /** Under which this attempt holds the run, and no other. */
  readonly claim: Claim;
  /** Aborted when the worker stops or loses the claim. */
  readonly signal: AbortSignal;
}
