import { rejoined } from '../body.ts';
import { outboundErrorOf } from '../outbound/errors.ts';
import { SourceError } from '../source.ts';

/** What a page of query results tells before its rows. */
export interface QueryHead {
  readonly totalSize: number;
  readonly done: boolean;
  /** Path of the next page; undefined on the last. */
  readonly nextRecordsUrl: string | undefined;
}

/** A page whose head is read, and whose body is whole again. */
export interface HeadedBody {
  readonly head: QueryHead;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The rows begin with this key; a nested one cannot come before it, for the head holds scalars only. */
const ROWS_KEY = /"records"\s*:/;
const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Reads `totalSize`, `done` and `nextRecordsUrl` from the first bytes of a page of query results, which Salesforce
 * writes before `records`. The rows stay bytes.
 *
 * @throws SourceError `busy` where the page does not begin so: read on, it might end early without notice.
 */
export async function splitHead(body: AsyncIterable<Uint8Array>): Promise<HeadedBody> {
  const pieces = body[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let text = '';
  let size = 0;
  while (size < MAX_HEAD_BYTES) {
    const { done, value } = await nextPiece(pieces);
    if (done === true) break;
    read.push(value);
    size += value.length;
    // Every byte of a head is ASCII; what follows it is not looked at.
    text += Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');
    const head = headOf(text);
    if (head !== undefined) return { head, body: rejoined(read, pieces) };
  }
  await pieces.return?.();
  throw new SourceError('busy', 'UNEXPECTED_ANSWER', 'Salesforce: a page of query results has no head');
}

async function nextPiece(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await pieces.next();
  } catch (error) {
    throw outboundErrorOf(error, 'Salesforce: a page of query results broke off');
  }
}

function headOf(text: string): QueryHead | undefined {
  const rows = ROWS_KEY.exec(text);
  if (rows === null) return undefined;
  const fields = parseFields(text.slice(0, rows.index));
  const { totalSize, done, nextRecordsUrl } = fields;
  if (!isRowCount(totalSize) || typeof done !== 'boolean') return undefined;
  if (done) return { totalSize, done, nextRecordsUrl: undefined };
  return typeof nextRecordsUrl === 'string' ? { totalSize, done, nextRecordsUrl } : undefined;
}

/** Whether a value can be a number of rows. */
export function isRowCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parseFields(head: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(head.replace(/,?\s*$/, '}'));
    return typeof fields === 'object' && fields !== null ? { ...fields } : {};
  } catch {
    return {};
  }
}
