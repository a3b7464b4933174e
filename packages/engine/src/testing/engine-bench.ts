import { afterAll, afterEach, beforeEach } from 'vitest';
import { type Engine, openEngine, type TransformResult } from '../index.ts';
import { JobFolder, sorted } from './job-folder.ts';

/** An engine for all tests of a file, and a folder of its own for each of them. */
export interface EngineBench {
  readonly engine: Engine;
  /** The running test's. */
  readonly folder: JobFolder;
  /** The rows that a transform wrote, in an order that says nothing. */
  landedRows(result: TransformResult): Promise<readonly unknown[]>;
}

/** To be called once, at the top of a test file: what it opens goes with the file's tests. */
export function engineBench(): EngineBench {
  const temp = new JobFolder();
  const engine = openEngine({ memoryLimitMb: 256, threads: 2, tempDirectory: temp.temp });
  afterAll(async () => {
    await engine.close();
    temp.remove();
  });

  let folder: JobFolder;
  beforeEach(() => {
    folder = new JobFolder();
  });
  afterEach(() => folder.remove());

  return {
    engine,
    get folder() {
      return folder;
    },
    async landedRows(result) {
      return sorted(await engine.readRows(result.files, { limit: 5000 }));
    },
  };
}
