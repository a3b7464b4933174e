import { mkdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileIO } from '@tributary/lake';
import type { RunRecord } from '@tributary/store';
import { progressOf } from './progress.ts';
import { type ScratchFolders, scratchOf } from './scratch-folders.ts';
import type { Attempt } from './services.ts';

/*
 * Where a run's data files lie: `<table>/data/<run>/<attempt>`. An attempt writes to its own folder only and
 * no two have one number, so that what did not come into the table can be removed without looking into the
 * table.
 *
 * The engine writes files of this machine. Where the table lies elsewhere they are made in a scratch folder
 * and uploaded.
 */

/** The location of a run's files, below its table's. */
export function dataFolderOf(tableLocation: string, runId: string): string {
  return `${tableLocation.replace(/\/$/, '')}/data/${runId}`;
}

/** The location of one attempt's files. */
export function attemptFolder(dataFolder: string, attempt: number): string {
  return `${dataFolder}/${attempt}`;
}

/** A file that the table can name. */
export interface PlacedFile {
  /** Of this machine. */
  readonly path: string;
  readonly location: string;
}

/** The folder that files are made in which are kept at a location, such as those of one attempt. */
export class DataFolder {
  /** Absolute. */
  readonly path: string;
  readonly #location: string;
  readonly #io: FileIO;

  private constructor(io: FileIO, location: string, path: string) {
    this.#io = io;
    this.#location = location;
    this.path = path;
  }

  /** Makes an attempt's folder. */
  static async make(attempt: Attempt): Promise<DataFolder> {
    const { services, run } = attempt;
    const { dataFolder } = progressOf(run);
    if (dataFolder === undefined) throw new Error(`the run ${run.id} was not planned`);
    const { lake, scratch } = services;
    return DataFolder.at(
      { io: lake.io, scratch },
      attemptFolder(dataFolder, run.attempt),
      scratchOf(attempt),
    );
  }

  /** Makes a folder at a location; where that is not of this machine, as scratch of a name. */
  static async at(
    { io, scratch }: { readonly io: FileIO; readonly scratch: ScratchFolders },
    location: string,
    scratchName: string,
  ): Promise<DataFolder> {
    const path = io.pathOf(location) ?? (await scratch.make(scratchName));
    await mkdir(path, { recursive: true });
    return new DataFolder(io, location, path);
  }

  /** Puts files of the folder where they are kept. */
  async place<File extends { readonly path: string }>(
    files: readonly File[],
  ): Promise<readonly (File & PlacedFile)[]> {
    const placed: (File & PlacedFile)[] = [];
    // A large one is sent in parts at once already.
    for (const file of files) {
      const location = `${this.#location}/${basename(file.path)}`;
      await this.#io.upload(file.path, location);
      placed.push({ ...file, location });
    }
    return placed;
  }

  /** Removes files that were placed and that the table will not have. */
  async discard(files: readonly PlacedFile[]): Promise<void> {
    for (const { path, location } of files) {
      await this.#io.remove(location);
      await rm(path, { force: true });
    }
  }

  /** Removes what of it is scratch; what could not be goes with the attempt's. */
  async leave(): Promise<void> {
    if (this.#io.pathOf(this.#location) === undefined)
      await rm(this.path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Removes the data files of a run that has ended, but for those that its last attempt landed. */
export async function removeStrayData(io: FileIO, run: RunRecord): Promise<void> {
  const { dataFolder, outcome } = progressOf(run);
  if (run.completedAt === undefined || dataFolder === undefined || hasMadeNone(run)) return;
  const hasLanded = (run.state === 'success' || run.state === 'partial') && outcome?.outputFiles !== 0;
  if (!hasLanded) return io.removeFolder(dataFolder);
  for (let attempt = 1; attempt < run.attempt; attempt++)
    await io.removeFolder(attemptFolder(dataFolder, attempt));
}

/** Whether a run came to its end at once and no row came: there was nothing to make a file of. */
function hasMadeNone(run: RunRecord): boolean {
  const { keyed, refresh, outcome } = progressOf(run);
  const isAppended = keyed === undefined && refresh === undefined;
  return isAppended && run.attempt === 1 && outcome?.inputRows === 0 && outcome.skippedRows === 0;
}
