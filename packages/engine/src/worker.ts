import { runDescribeFile } from './describe-file-job.ts';
import { toEngineError } from './engine-error.ts';
import { runExpiredRows } from './expired-rows-job.ts';
import { runInspectFile } from './inspect-file-job.ts';
import { runMergeRows } from './merge-rows-job.ts';
import type { FromWorker, JobMessage, ToWorker } from './messages.ts';
import { runPositionDeletes } from './position-deletes-job.ts';
import { runPreview } from './preview-job.ts';
import { runReadRows } from './read-rows-job.ts';
import { runRewriteRows } from './rewrite-rows-job.ts';
import { runTransform } from './transform-job.ts';
import { runUnreadableFiles } from './unreadable-files-job.ts';

/** The running jobs, by id, each with what cancels it. */
const running = new Map<number, AbortController>();

async function run(message: JobMessage): Promise<void> {
  const controller = new AbortController();
  running.set(message.id, controller);
  try {
    answer({ kind: 'done', id: message.id, result: await runJob(message, controller.signal) });
  } catch (error) {
    const { kind, message: text } = toEngineError(error);
    answer({ kind: 'failed', id: message.id, errorKind: kind, message: text });
  } finally {
    running.delete(message.id);
  }
}

function runJob(message: JobMessage, signal: AbortSignal): Promise<unknown> {
  switch (message.job) {
    case 'transform':
      return runTransform(message.request, message.resources, signal);
    case 'positionDeletes':
      return runPositionDeletes(message.request, message.resources, signal);
    case 'mergeRows':
      return runMergeRows(message.request, message.resources, signal);
    case 'rewriteRows':
      return runRewriteRows(message.request, message.resources, signal);
    case 'preview':
      return runPreview(message.request, message.resources, signal);
    case 'describeFile':
      return runDescribeFile(message.request, message.resources, signal);
    case 'inspectFile':
      return runInspectFile(message.request, message.resources, signal);
    case 'expiredRows':
      return runExpiredRows(message.request, message.resources, signal);
    case 'unreadableFiles':
      return runUnreadableFiles(message.request, message.resources, signal);
    case 'readRows':
      return runReadRows(message.request, message.resources, signal);
  }
}

function answer(message: FromWorker): void {
  process.send?.(message);
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'run') void run(message);
  else running.get(message.id)?.abort();
});

// Without a parent nobody waits for the result. A clean exit would wait for the threads of a running query.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
