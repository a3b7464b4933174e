import type { FileIO } from './file-io.ts';
import type { Table } from './table.ts';

/** A table's next state, written but not yet current: the caller swaps its pointer to it, or discards it. */
export interface StagedCommit extends Table {
  /** Every file written for this commit, data files not among them. */
  readonly written: readonly string[];
}

/** Writes files and remembers them, so that a commit that fails half-way leaves nothing behind. */
export class StagedFiles {
  readonly #io: FileIO;
  readonly #written: string[] = [];

  constructor(io: FileIO) {
    this.#io = io;
  }

  get written(): readonly string[] {
    return [...this.#written];
  }

  async write(location: string, content: Uint8Array): Promise<void> {
    await this.#io.write(location, content);
    this.#written.push(location);
  }

  async discard(): Promise<void> {
    await discardStaged(this.#io, this);
  }
}

/**
 * Removes what a commit wrote that lost the pointer; its data files stay for the next attempt. Best effort: a
 * file that can't be removed is an orphan that no reader sees. Never call it where the pointer may have moved
 * to this commit, for example after a transaction whose outcome is unknown.
 */
export async function discardStaged(io: FileIO, staged: Pick<StagedCommit, 'written'>): Promise<void> {
  await Promise.allSettled(staged.written.map((location) => io.remove(location)));
}
