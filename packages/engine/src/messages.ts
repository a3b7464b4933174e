import type { DescribedColumn, DescribeFileRequest } from './describe-file-job.ts';
import type { EngineErrorKind } from './engine-error.ts';
import type { ExpiredRowsRequest, ExpiredRowsResult } from './expired-rows-job.ts';
import type { InspectedFile, InspectFileRequest } from './inspect-file-job.ts';
import type { MergeRowsRequest, MergeRowsResult } from './merge-rows-job.ts';
import type { PositionDeletesRequest, PositionDeletesResult } from './position-deletes-job.ts';
import type { PreviewedRow, PreviewRequest } from './preview-job.ts';
import type { ReadRowsRequest } from './read-rows-job.ts';
import type { RewriteRowsRequest, RewriteRowsResult } from './rewrite-rows-job.ts';
import type { TransformRequest, TransformResult } from './transform.ts';
import type { Resources } from './transform-job.ts';
import type { UnreadableFile, UnreadableFilesRequest } from './unreadable-files-job.ts';

/** What a worker can be asked to do: requests and results by name of the job. */
export interface Jobs {
  readonly transform: { readonly request: TransformRequest; readonly result: TransformResult };
  readonly positionDeletes: {
    readonly request: PositionDeletesRequest;
    readonly result: PositionDeletesResult;
  };
  readonly mergeRows: { readonly request: MergeRowsRequest; readonly result: MergeRowsResult };
  readonly rewriteRows: { readonly request: RewriteRowsRequest; readonly result: RewriteRowsResult };
  readonly preview: { readonly request: PreviewRequest; readonly result: readonly PreviewedRow[] };
  readonly describeFile: {
    readonly request: DescribeFileRequest;
    readonly result: readonly DescribedColumn[];
  };
  readonly inspectFile: { readonly request: InspectFileRequest; readonly result: InspectedFile };
  readonly expiredRows: { readonly request: ExpiredRowsRequest; readonly result: ExpiredRowsResult };
  readonly unreadableFiles: {
    readonly request: UnreadableFilesRequest;
    readonly result: readonly UnreadableFile[];
  };
  readonly readRows: { readonly request: ReadRowsRequest; readonly result: readonly unknown[] };
}

export type JobName = keyof Jobs;

/** A job on its way to the worker. */
export type JobMessage = {
  readonly [Name in JobName]: {
    readonly kind: 'run';
    readonly id: number;
    readonly job: Name;
    readonly request: Jobs[Name]['request'];
    readonly resources: Resources;
  };
}[JobName];

export type ToWorker = JobMessage | { readonly kind: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly errorKind: EngineErrorKind;
      readonly message: string;
    };
