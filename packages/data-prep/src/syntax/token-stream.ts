import type { Token } from './lexer.ts';
import { operatorSymbols, wordOperators } from './precedence.ts';

const closingSymbols = new Set([')', ']', ',', ':']);

/** The parser's place in the tokens. It never goes beyond the end token. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
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

  isSymbol(text: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === text;
  }
}
