import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { EngineError } from './engine-error.ts';
import type { FromWorker, JobMessage, JobName, Jobs, ToWorker } from './messages.ts';
import { makeSpillFolder } from './spill-folders.ts';
import type { Resources } from './transform-job.ts';

const WORKER_FILE = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** How long a cancelled job may take to stop before its process is killed, in milliseconds. */
const CANCEL_GRACE_MS = 5_000;

/** Rows stay in the database, so that the worker's JavaScript needs little memory. */
const WORKER_HEAP_MB = 256;

export interface WorkerLimits {
  readonly memoryLimitMb: number;
  readonly threads: number;
  /** Folder for spilled data, absolute; each job has a folder of its own in it and leaves nothing behind. */
  readonly tempDirectory: string;
  /** Whether it computes only when nobody else wants to. */
  readonly isLowPriority?: boolean;
}

/**
 * A child process that does one job at a time, in the order of asking. It is started with the first job and kept for
 * the next ones. When it dies, the job it was at rejects with `crashed` and the next job starts another; when its
 * parent dies, it dies too.
 */
export class WorkerProcess {
  readonly #limits: WorkerLimits;
  #child: ChildProcess | undefined;
  #lastJob: Promise<unknown> = Promise.resolve();
  #nextId = 1;
  #isClosed = false;

  constructor(limits: WorkerLimits) {
    this.#limits = limits;
  }

  /** The id of the process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @throws EngineError; or the signal's reason, once it is aborted. */
  async run<Name extends JobName>(
    job: Name,
    request: Jobs[Name]['request'],
    signal?: AbortSignal,
  ): Promise<Jobs[Name]['result']> {
    const turn = this.#lastJob.then(() => this.#runNow(job, request, signal));
    this.#lastJob = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the process. Jobs that it has not done reject with `closed`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#child?.kill('SIGKILL');
    await this.#lastJob;
  }

  async #runNow<Name extends JobName>(
    job: Name,
    request: Jobs[Name]['request'],
    signal: AbortSignal | undefined,
  ): Promise<Jobs[Name]['result']> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new EngineError('closed', 'The engine is closed.');
    const { memoryLimitMb, threads, tempDirectory } = this.#limits;
    const spillDirectory = await makeSpillFolder(tempDirectory);
    try {
      const resources: Resources = { memoryLimitMb, threads, spillDirectory };
      // Name ties job and request together; the compiler can't follow that into a union of messages.
      const message = { kind: 'run', id: this.#nextId++, job, request, resources } as JobMessage;
      // The worker answers a job with the result of that job, see Jobs.
      return (await this.#converse(message, signal)) as Jobs[Name]['result'];
    } finally {
      await rm(spillDirectory, { recursive: true, force: true });
    }
  }

  /** Sends a job and waits for its answer, for the end of the process or for cancellation. */
  async #converse(message: JobMessage, signal: AbortSignal | undefined): Promise<unknown> {
    const child = this.#child ?? this.#start();
    const ended = Promise.withResolvers<unknown>();
    const onMessage = (answer: FromWorker) => {
      if (answer.id !== message.id) return;
      if (answer.kind === 'done') ended.resolve(answer.result);
      else if (signal?.aborted) ended.reject(signal.reason);
      else ended.reject(new EngineError(answer.errorKind, answer.message));
    };
    const onEnd = (how: string) => {
      if (signal?.aborted) ended.reject(signal.reason);
      else if (this.#isClosed) ended.reject(new EngineError('closed', 'The engine is closed.'));
      else ended.reject(new EngineError('crashed', `The engine's process ended: ${how}.`));
    };
    const onExit = (code: number | null, killedBy: string | null) => onEnd(killedBy ?? `code ${code}`);
    const onError = ({ message: how }: Error) => onEnd(how);
    let killTimer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      send(child, { kind: 'cancel', id: message.id });
      killTimer = setTimeout(() => child.kill('SIGKILL'), CANCEL_GRACE_MS);
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.on('error', onError);
    signal?.addEventListener('abort', onAbort, { once: true });
    hold(child);
    try {
      send(child, message);
      return await ended.promise;
    } finally {
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
      signal?.removeEventListener('abort', onAbort);
      clearTimeout(killTimer);
      release(child);
    }
  }

  #start(): ChildProcess {
    const child = fork(WORKER_FILE, {
      // Nothing of the parent's environment, which holds secrets, is the worker's business.
      env: { TZ: 'UTC' },
      execArgv: [`--max-old-space-size=${WORKER_HEAP_MB}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const forget = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('exit', forget);
    // A process that could not be started never exits.
    child.on('error', forget);
    if (this.#limits.isLowPriority && child.pid !== undefined) lowerPriority(child.pid);
    this.#child = child;
    return child;
  }
}

/** A courtesy: where the system refuses it, or the process has ended already, nothing is lost. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {}
}

/** A process that has gone can't be written to; its `exit` tells. */
function send(child: ChildProcess, message: ToWorker): void {
  child.send(message, () => undefined);
}

/** A worker at work keeps its parent alive, an idle one does not. */
function hold(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}
