import type { ErrorCollector } from './error.ts';
import { describeToken, type Token } from './lexer.ts';
import { operatorSymbols, wordOperators } from './precedence.ts';

const closingSymbols = new Set([')', ']', '}', ',', ':']);

/** The parser's place in the tokens, which reports what should stand there. It never goes beyond the end token. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  readonly #errors: ErrorCollector;
  #position = 0;

  constructor(tokens: readonly Token[], errors: ErrorCollector) {
    this.#tokens = tokens;
    this.#errors = errors;
  }

  peek(): Token {
    const token = this.#tokens[this.#position];
    if (token === undefined) throw new Error('The lexer always ends with an end token');
    return token;
  }

  advance(): void {
    if (this.#position < this.#tokens.length - 1) this.#position++;
  }

  skipToEnd(): void {
    this.#position = this.#tokens.length - 1;
  }

  /** Where the token before this place ended. */
  get previousEnd(): number {
    return this.#tokens[this.#position - 1]?.span.end ?? 0;
  }

  /** The operator at this place, words turned into symbols. */
  get operator(): string | undefined {
    const token = this.peek();
    if (token.kind === 'word') return wordOperators.get(token.text);
    return token.kind === 'symbol' && operatorSymbols.includes(token.text) ? token.text : undefined;
  }

  /** Whether something that a parser further up waits for stands here. */
  get atClosing(): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && closingSymbols.has(token.text);
  }

  /** Whether a list goes on or ends here, or everything does. */
  get atListEnd(): boolean {
    return this.peek().kind === 'end' || (this.atClosing && !this.isSymbol(':'));
  }

  /** Whether these symbols come right after this place. */
  isFollowedBy(...symbols: readonly string[]): boolean {
    return symbols.every((text, index) => {
      const token = this.#tokens[this.#position + 1 + index];
      return token?.kind === 'symbol' && token.text === text;
    });
  }

  isSymbol(text: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === text;
  }

  /** Goes past a symbol, or reports that it is missing here. */
  expectSymbol(symbol: string): void {
    if (this.isSymbol(symbol)) this.advance();
    else this.reportUnexpected(symbol);
  }

  /**
   * Reports that something else than what is expected stands at this place. After a piece that could not be read it is left
   * out: that piece is what is wrong.
   */
  reportUnexpected(...expected: readonly string[]): void {
    const token = this.peek();
    if (this.#errors.hasWithin(this.#tokens[this.#position - 1]?.span.start ?? 0, token.span.start)) return;
    const found = token.kind === 'end' ? 'the expression ends' : `"${describeToken(token)}" stands`;
    this.#errors.add('syntax', token.span, `Expected ${orList(expected)}, but ${found} here.`, { expected });
  }
}

function orList(parts: readonly string[]): string {
  const quoted = parts.map((part) => (/^\W+$/.test(part) ? `"${part}"` : part));
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
