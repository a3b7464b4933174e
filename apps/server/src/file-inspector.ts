import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileInspector, type FileSample, SourceError } from '@tributary/connectors';
import { type Engine, EngineError, type EngineErrorKind } from '@tributary/engine';

/** Looks into samples of files with the engine that reads them in runs. Each lies in `folder` for as long as that takes. */
export function fileInspector(engine: Pick<Engine, 'inspectFile'>, folder: string): FileInspector {
  return {
    async inspect(sample, rows, signal) {
      const { name, format } = sample;
      const path = join(folder, randomUUID());
      await mkdir(folder, { recursive: true });
      try {
        await writeSample(path, sample, signal);
        return await engine.inspectFile({ file: { path, format, name }, rows }, signal);
      } catch (error) {
        throw isAboutContent(error)
          ? new SourceError('invalid', 'UNREADABLE_FILE', `${name}: ${error.message}`, { cause: error })
          : error;
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

/** What lies between the pieces takes no room on disk. */
async function writeSample(path: string, { pieces }: FileSample, signal: AbortSignal | undefined) {
  const file = await open(path, 'w');
  try {
    for await (const { at, bytes } of pieces) {
      signal?.throwIfAborted();
      await file.write(bytes, 0, bytes.length, at);
    }
  } finally {
    await file.close();
  }
}

/** A sample that brings the engine's process down, such as JSON that is nested without end, brings it down again. */
const KINDS_ABOUT_CONTENT: readonly EngineErrorKind[] = ['unreadable', 'invalid', 'crashed'];

function isAboutContent(error: unknown): error is EngineError {
  return error instanceof EngineError && KINDS_ABOUT_CONTENT.includes(error.kind);
}
