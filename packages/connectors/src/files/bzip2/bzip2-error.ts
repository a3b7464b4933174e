/** The bytes are no bzip2 stream. */
export class Bzip2Error extends Error {
  override readonly name = 'Bzip2Error';
  readonly code = 'BZIP2_DATA_ERROR';
}
