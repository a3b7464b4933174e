/** Follows the batch's id in the id of its dataset file; a batch writes to one view, and so has one. */
const SUFFIX = '-1';

/** The id of a batch's dataset file: the folder, as it were, of its data files. */
export function dataSetFileId(batchId: string): string {
  return batchId + SUFFIX;
}

/** The batch of a dataset file; undefined for what is no dataset file's id. */
export function batchIdOf(fileId: string): string | undefined {
  return fileId.endsWith(SUFFIX) ? fileId.slice(0, -SUFFIX.length) : undefined;
}
