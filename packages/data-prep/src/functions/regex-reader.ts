/** Why a regular expression cannot be translated. */
export class RegexProblem extends Error {}

/** A regular expression that is read from its start to its end. */
export class PatternReader {
  readonly #pattern: string;
  #offset = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get offset(): number {
    return this.#offset;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#pattern.length;
  }

  /** What has not been read yet. */
  get rest(): string {
    return this.#pattern.slice(this.#offset);
  }

  /** The next character; empty at the end. */
  peek(): string {
    const code = this.#pattern.codePointAt(this.#offset);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  skip(): void {
    this.#offset += this.peek().length;
  }

  /** Reads what a sticky expression matches here, if it does. */
  take(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#offset;
    const match = sticky.exec(this.#pattern) ?? undefined;
    this.#offset += match?.[0].length ?? 0;
    return match;
  }
}
