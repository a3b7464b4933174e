import type { Span } from './expression.ts';

/** Where in an expression's text something is. Lines and columns count from 1, the rest in UTF-16 units from 0. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export type ExpressionErrorCode =
  | 'expression-too-long'
  | 'expression-too-deep'
  | 'syntax'
  | 'unknown-function'
  | 'unknown-column'
  | 'argument-count'
  | 'argument-type'
  | 'argument-value'
  | 'unresolved-placeholder'
  | 'unsupported';

/** One thing that is wrong with an expression, and where. */
export interface ExpressionError {
  readonly code: ExpressionErrorCode;
  /** A whole sentence that names the part at fault and the mend. */
  readonly message: string;
  readonly position: Position;
  /** What could have stood at the position, for errors of syntax. */
  readonly expected?: readonly string[];
  /** Names that were probably meant, best first. */
  readonly suggestions?: readonly string[];
}

/** Collects the errors of one expression; a second error at the same place is an echo of the first and is dropped. */
export class ErrorCollector {
  readonly #text: string;
  readonly #errors = new Map<number, ExpressionError>();

  constructor(text: string) {
    this.#text = text;
  }

  add(
    code: ExpressionErrorCode,
    span: Span,
    message: string,
    details: Pick<ExpressionError, 'expected' | 'suggestions'> = {},
  ): void {
    if (this.#errors.has(span.start)) return;
    this.#errors.set(span.start, { code, message, position: positionOf(this.#text, span), ...details });
  }

  /** Whether an error was found at a place from `start` on and before `end`. */
  hasWithin(start: number, end: number): boolean {
    return [...this.#errors.keys()].some((offset) => offset >= start && offset < end);
  }

  /** Whether syntax is wrong within a span, or missing where it ends with the text. */
  breaksOff({ start, end }: Span): boolean {
    return [...this.#errors].some(([offset, { code }]) => {
      if (code !== 'syntax' || offset < start) return false;
      return offset < end || (offset === this.#text.length && this.#text.slice(end).trim() === '');
    });
  }

  /** All errors, in the order of the text. */
  get errors(): readonly ExpressionError[] {
    return [...this.#errors.values()].sort((a, b) => a.position.offset - b.position.offset);
  }
}

function positionOf(text: string, span: Span): Position {
  const before = text.slice(0, span.start);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    offset: span.start,
    line: before.split('\n').length,
    column: span.start - lineStart + 1,
    length: span.end - span.start,
  };
}
