export {
  S3Client,
  type S3ListRequest,
  type S3Location,
  type S3OpenObject,
  type S3Page,
  type S3ReadOptions,
  type S3Upload,
  type S3UploadedPart,
  type S3WriteOptions,
} from './client.ts';
export { isBusy, S3Error } from './errors.ts';
export type { S3Object } from './objects.ts';
export type { S3RetryPolicy } from './retry.ts';
export type { S3Credentials } from './signature.ts';
export type { S3Options } from './signed-requests.ts';
export {
  AnswerTooLarge,
  type FilePart,
  httpTransport,
  readBytes,
  type S3Body,
  type S3ErrorAnswer,
  type S3Request,
  type S3StreamAnswer,
  type S3Transport,
} from './transport.ts';
export { uploadFile } from './upload.ts';
export { uploadStream } from './upload-stream.ts';
