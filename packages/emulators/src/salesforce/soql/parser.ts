import type {
  AggregateFunction,
  ComparisonOperator,
  Condition,
  Literal,
  Name,
  Ordering,
  Query,
  SelectItem,
} from './ast.ts';
import { errorAt, SoqlError } from './error.ts';
import { type Token, tokenize } from './lexer.ts';

const comparisonOperators: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=', 'LIKE']);
const aggregateFunctions: ReadonlySet<string> = new Set([
  'COUNT',
  'COUNT_DISTINCT',
  'MIN',
  'MAX',
  'SUM',
  'AVG',
]);
/** Words that end a clause and so can be nobody's alias. */
const clauseWords: ReadonlySet<string> = new Set([
  'FROM',
  'WHERE',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'GROUP',
  'HAVING',
  'WITH',
  'FOR',
]);
const neverNames: ReadonlySet<string> = new Set(['SELECT', 'FROM', 'WHERE']);

/**
 * Parses the part of SOQL that the emulator speaks (SOQL and SOSL Reference, SELECT syntax).
 * Throws a {@link SoqlError} MALFORMED_QUERY in Salesforce's words.
 */
export function parseSoql(soql: string): Query {
  return new Parser(soql).query();
}

class Parser {
  readonly #soql: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(soql: string) {
    this.#soql = soql;
    this.#tokens = tokenize(soql);
  }

  query(): Query {
    if (!this.#isWord('SELECT'))
      throw new SoqlError('MALFORMED_QUERY', `unexpected token: ${this.#peek().text}`);
    this.#next();
    const select = this.#select();
    this.#expectWord('FROM');
    const from = this.#name();
    this.#skipAlias();
    const where = this.#takeWord('WHERE') ? this.#condition() : undefined;
    const orderBy = this.#orderBy();
    const limit = this.#takeWord('LIMIT') ? this.#count() : undefined;
    const offset = this.#takeWord('OFFSET') ? this.#count() : undefined;
    if (this.#peek().kind !== 'end') throw this.#unexpected();
    return { select, from, where, orderBy, limit, offset };
  }

  #select(): Query['select'] {
    if (
      this.#isWord('COUNT') &&
      this.#tokens[this.#at + 1]?.text === '(' &&
      this.#tokens[this.#at + 2]?.text === ')'
    ) {
      this.#at += 3;
      return 'count';
    }
    const items: SelectItem[] = [];
    do items.push(this.#selectItem());
    while (this.#takeSymbol(','));
    return items;
  }

  #selectItem(): SelectItem {
    const name = this.#name();
    if (!this.#takeSymbol('(')) return { kind: 'field', field: name };
    const call = name.text.toUpperCase();
    if (call === 'FIELDS') {
      const which = this.#name().text.toUpperCase();
      if (which !== 'ALL' && which !== 'STANDARD' && which !== 'CUSTOM') throw this.#unexpected(this.#at - 1);
      this.#expectSymbol(')');
      return { kind: 'fields', which, at: name.at };
    }
    if (!aggregateFunctions.has(call)) throw this.#unexpected(this.#at - 1);
    const field = this.#name();
    this.#expectSymbol(')');
    // Checked against the set of functions just above.
    return { kind: 'aggregate', call: call as AggregateFunction, field, alias: this.#alias() };
  }

  #alias(): string | undefined {
    const token = this.#peek();
    if (token.kind !== 'word' || clauseWords.has(token.text.toUpperCase())) return undefined;
    this.#next();
    return token.text;
  }

  /** `FROM Contact c` is legal, and the alias then means nothing to a query of one object. */
  #skipAlias(): void {
    this.#alias();
  }

  /** AND and OR do not mix on one level: Salesforce asks for parentheses. */
  #condition(): Condition {
    const first = this.#simpleCondition();
    const kind = this.#isWord('AND') ? 'and' : this.#isWord('OR') ? 'or' : undefined;
    if (kind === undefined) return first;
    const conditions = [first];
    while (this.#takeWord(kind.toUpperCase())) conditions.push(this.#simpleCondition());
    if (this.#isWord('AND') || this.#isWord('OR')) throw this.#unexpected();
    return { kind, conditions };
  }

  #simpleCondition(): Condition {
    if (this.#takeWord('NOT')) return { kind: 'not', condition: this.#simpleCondition() };
    if (this.#takeSymbol('(')) {
      const condition = this.#condition();
      this.#expectSymbol(')');
      return condition;
    }
    const field = this.#name();
    if (this.#takeWord('IN')) return this.#membership(field, false);
    if (this.#takeWord('NOT')) {
      this.#expectWord('IN');
      return this.#membership(field, true);
    }
    const operator = this.#operator();
    const literalAt = this.#peek().at;
    return { kind: 'comparison', field, operator, literal: this.#literal(), literalAt };
  }

  #membership(field: Name, negated: boolean): Condition {
    this.#expectSymbol('(');
    const literalAt = this.#peek().at;
    const literals: Literal[] = [];
    do literals.push(this.#literal());
    while (this.#takeSymbol(','));
    this.#expectSymbol(')');
    return { kind: 'in', field, negated, literals, literalAt };
  }

  #operator(): ComparisonOperator {
    const text = this.#peek().text.toUpperCase();
    const operator = text === '<>' ? '!=' : text;
    if (!comparisonOperators.has(operator)) throw this.#unexpected();
    this.#next();
    // Checked against the set of operators just above.
    return operator as ComparisonOperator;
  }

  #literal(): Literal {
    const token = this.#peek();
    if (token.kind === 'literal') {
      this.#next();
      return token.literal;
    }
    if (this.#takeWord('NULL')) return { kind: 'null' };
    if (this.#takeWord('TRUE')) return { kind: 'boolean', value: true };
    if (this.#takeWord('FALSE')) return { kind: 'boolean', value: false };
    throw this.#unexpected();
  }

  #orderBy(): Ordering[] {
    const orderings: Ordering[] = [];
    if (!this.#takeWord('ORDER')) return orderings;
    this.#expectWord('BY');
    do orderings.push(this.#ordering());
    while (this.#takeSymbol(','));
    return orderings;
  }

  #ordering(): Ordering {
    const field = this.#name();
    const descending = this.#takeWord('DESC');
    if (!descending) this.#takeWord('ASC');
    let nullsLast = false;
    if (this.#takeWord('NULLS')) {
      nullsLast = this.#takeWord('LAST');
      if (!nullsLast) this.#expectWord('FIRST');
    }
    return { field, descending, nullsLast };
  }

  #count(): number {
    const token = this.#peek();
    if (token.kind !== 'literal' || token.literal.kind !== 'number' || !/^\d+$/.test(token.text))
      throw this.#unexpected();
    this.#next();
    return token.literal.value;
  }

  #name(): Name {
    const token = this.#peek();
    if (token.kind !== 'word' || neverNames.has(token.text.toUpperCase())) throw this.#unexpected();
    this.#next();
    return { text: token.text, at: token.at };
  }

  #peek(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error('The end token is never passed.');
    return token;
  }

  #next(): void {
    if (this.#peek().kind !== 'end') this.#at += 1;
  }

  #isWord(word: string): boolean {
    const token = this.#peek();
    return token.kind === 'word' && token.text.toUpperCase() === word;
  }

  #takeWord(word: string): boolean {
    const taken = this.#isWord(word);
    if (taken) this.#next();
    return taken;
  }

  #takeSymbol(symbol: string): boolean {
    const token = this.#peek();
    const taken = token.kind === 'symbol' && token.text === symbol;
    if (taken) this.#next();
    return taken;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw this.#unexpected();
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#unexpected();
  }

  #unexpected(at = this.#at): SoqlError {
    const token = this.#tokens[at] ?? this.#peek();
    return errorAt('MALFORMED_QUERY', this.#soql, token.at, `unexpected token: '${token.text}'`);
  }
}
