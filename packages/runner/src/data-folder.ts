import { mkdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileIO } from '@tributary/lake';
import type { RunRecord } from '@tributary/store';
import { progressOf } from './progress.ts';
import type { Attempt, RunnerServices } from './services.ts';

/*
 * Where a run's data files lie: `<table>/data/<run>/<attempt>`. An attempt writes to its own folder only and no two
 * have one number, so that what did not come into the table can be removed without looking into the table.
 *
 * The engine writes files of this machine. Where the table lies elsewhere they are made beside the run's staging and uploaded.
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

/** The folder that files of a table are made in, such as those of one attempt. */
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
  static async make({ services, run }: Attempt): Promise<DataFolder> {
    const { dataFolder } = progressOf(run);
    if (dataFolder === undefined) throw new Error(`the run ${run.id} was not planned`);
    return DataFolder.at(services, attemptFolder(dataFolder, run.attempt), run.id);
  }

  /** Makes a folder at a location; where that is not of this machine, beside what is staged under a name. */
  static async at(
    { lake: { io }, staging }: Pick<RunnerServices, 'lake' | 'staging'>,
    location: string,
    stagedAs: string,
  ): Promise<DataFolder> {
    const path = io.pathOf(location) ?? (await staging.makeFolder(stagedAs));
    await mkdir(path, { recursive: true });
    return new DataFolder(io, location, path);
  }

  /** Puts files of the folder where the table's belong. */
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

  /** Removes what of it is not the table's own; what could not be goes with the run's staging. */
  async leave(): Promise<void> {
    if (this.#io.pathOf(this.#location) === undefined)
      await rm(this.path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Removes the data files of a run that has ended, but for those that its last attempt landed. */
export async function removeStrayData(io: FileIO, run: RunRecord): Promise<void> {
  const { dataFolder, outcome } = progressOf(run);
  if (run.completedAt === undefined || dataFolder === undefined) return;
  const hasLanded = (run.state === 'success' || run.state === 'partial') && outcome?.outputFiles !== 0;
  if (!hasLanded) return io.removeFolder(dataFolder);
  for (let attempt = 1; attempt < run.attempt; attempt++)
    await io.removeFolder(attemptFolder(dataFolder, attempt));
}
