import { parseJson, textAt } from '../json.ts';
import { OutboundError } from '../outbound/errors.ts';
import { unexpected } from './api.ts';

/** What a page of rows tells around its rows. Known once its body has been read. */
export interface PageEnd {
  /** `@odata.nextLink`; undefined on the last page. */
  readonly nextLink: string | undefined;
  /** `@odata.deltaLink`; undefined but on the last page of changes. */
  readonly deltaLink: string | undefined;
  /** Rows of the page, by etags and contexts of their own; undefined where rows have none. */
  readonly rows: number | undefined;
}

/** Every row has one such member. Within a text its quotation marks would be escaped. */
const ROW_MARK = Buffer.from('"@odata.etag":');
/** A row that is gone has no etag, but this; the page itself has it too. */
const CONTEXT = '@odata.context';
const CONTEXT_MARK = Buffer.from(`"${CONTEXT}":`);
const ROWS_KEY = /"value"\s*:\s*\[\s*/;
const MAX_HEAD_CHARACTERS = 128 * 1024;
/** Links are at most some 32,000 characters long. */
const TAIL_BYTES = 128 * 1024;

/**
 * A page of rows, byte for byte, looked at on its way: where it goes on stands after its rows. `end` is told once, at
 * the end of the body, and may refuse the page before anybody takes it for whole.
 */
export async function* rowPage(
  body: AsyncIterable<Uint8Array>,
  end: (end: PageEnd) => Promise<void>,
): AsyncGenerator<Uint8Array, void, void> {
  const head = new Head();
  const etags = new MarkCounter(ROW_MARK);
  const contexts = new MarkCounter(CONTEXT_MARK);
  const tail = new Tail();
  for await (const piece of body) {
    head.add(piece);
    etags.add(piece);
    contexts.add(piece);
    tail.add(piece);
    yield piece;
  }
  if (!head.isFound) {
    // A page for people, a proxy's word: not the beginning of rows.
    if (!head.text.trimStart().startsWith('{')) throw unexpected('a page of rows is none');
    throw cutOff();
  }
  const closing = closingOf(tail.text);
  if (closing === undefined) throw cutOff();
  const member = (name: string) => textAt(closing, name) ?? head.member(name);
  const rows = etags.count + contexts.count - (member(CONTEXT) === undefined ? 0 : 1);
  await end({
    nextLink: member('@odata.nextLink'),
    deltaLink: member('@odata.deltaLink'),
    rows: rows > 0 || head.firstOfRows === ']' ? rows : undefined,
  });
}

/** What stands before the rows. */
class Head {
  text = '';
  isFound = false;
  /** The first character after the bracket that opens the rows. */
  firstOfRows = '';

  add(piece: Uint8Array): void {
    if (this.isFound && this.firstOfRows !== '') return;
    this.text += Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');
    const rows = ROWS_KEY.exec(this.text);
    if (rows !== null) {
      this.isFound = true;
      this.firstOfRows = this.text[rows.index + rows[0].length] ?? '';
    } else if (this.text.length > MAX_HEAD_CHARACTERS) throw unexpected('a page of rows has no beginning');
  }

  /** A member that stands before the rows: they may come in any order. */
  member(name: string): string | undefined {
    const members = this.text.slice(0, ROWS_KEY.exec(this.text)?.index ?? 0);
    return textAt(parseJson(members.replace(/,?\s*$/, '}')), name);
  }
}

/** The last pieces, which together hold at least the last {@link TAIL_BYTES}. */
class Tail {
  readonly #pieces: Uint8Array[] = [];
  #size = 0;

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
    for (let [first] = this.#pieces; first !== undefined; [first] = this.#pieces) {
      if (this.#size - first.length < TAIL_BYTES) return;
      this.#pieces.shift();
      this.#size -= first.length;
    }
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}

/** Counts a mark in pieces that may cut it. */
class MarkCounter {
  readonly #mark: Buffer;
  count = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(mark: Buffer) {
    this.#mark = mark;
  }

  add(piece: Uint8Array): void {
    const bytes = Buffer.concat([this.#rest, piece]);
    let at = bytes.indexOf(this.#mark);
    let after = 0;
    while (at !== -1) {
      this.count += 1;
      after = at + this.#mark.length;
      at = bytes.indexOf(this.#mark, after);
    }
    this.#rest = bytes.subarray(Math.max(after, bytes.length - this.#mark.length + 1));
  }
}

/** The members after the rows; undefined where the document does not end there. */
function closingOf(tail: string): unknown {
  const bracket = tail.lastIndexOf(']');
  if (bracket === -1) return undefined;
  return parseJson(`{${tail.slice(bracket + 1).replace(/^\s*,/, '')}`);
}

function cutOff(): OutboundError {
  return new OutboundError('connection', 'Dynamics: a page of rows was cut off');
}
