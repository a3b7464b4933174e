import { DepthLimit } from './depth-limit.ts';
import type { ErrorCollector } from './error.ts';
import { childrenOf, type Expression, type Span } from './expression.ts';
import { tokenize } from './lexer.ts';
import { reservedWords } from './names.ts';
import {
  defaultingOperators,
  Precedence,
  precedenceOf,
  unaryOperators,
  wordOperators,
} from './precedence.ts';
import { TokenStream } from './token-stream.ts';

const valueExpected = ['a value', 'a field', 'a function'];

/**
 * Reads an expression by precedence climbing. On an error it reports, puts a placeholder where a value is missing, and
 * goes on, so that one pass finds all errors; the tree is worth using only if `errors` stayed empty.
 */
export function parseSyntax(text: string, errors: ErrorCollector): Expression {
  return new Parser(text, errors).parse();
}

class Parser {
  readonly #tokens: TokenStream;
  readonly #errors: ErrorCollector;
  readonly #depth: DepthLimit;

  constructor(text: string, errors: ErrorCollector) {
    this.#tokens = new TokenStream(tokenize(text, errors), errors);
    this.#depth = new DepthLimit(errors);
    this.#errors = errors;
  }

  /** Of a text that goes on after its expression, what follows is read too, so that its mistakes are found. */
  parse(): Expression {
    const expressions = [this.#expression()];
    while (this.#tokens.peek().kind !== 'end') {
      this.#tokens.reportUnexpected('an operator', 'the end');
      if (this.#tokens.atClosing) this.#tokens.advance();
      if (!this.#tokens.atClosing && this.#tokens.peek().kind !== 'end') {
        expressions.push(this.#progressing(() => this.#expression()));
      }
    }
    const [expression = this.#placeholder(), ...rest] = expressions;
    return rest.length === 0 ? expression : { kind: 'array', items: expressions, span: expression.span };
  }

  /** Goes past a token at which nothing can begin. */
  #progressing<Item>(parse: () => Item): Item {
    const before = this.#tokens.peek();
    const parsed = parse();
    if (this.#tokens.peek() === before) this.#tokens.advance();
    return parsed;
  }

  #expression(): Expression {
    return this.#nested(() => {
      const expression = this.#conditional();
      return this.#tokens.isSymbol('->') ? this.#lambda(expression) : expression;
    });
  }

  #lambda(parameter: Expression): Expression {
    this.#tokens.advance();
    if (parameter.kind !== 'name') {
      const problem = 'Before "->" stands the name of an element, as in "x -> x > 0".';
      this.#errors.add('syntax', parameter.span, problem);
    }
    const body = this.#expression();
    const name = parameter.kind === 'name' ? parameter.name : '';
    const span = { start: parameter.span.start, end: body.span.end };
    return this.#depth.checked({ kind: 'lambda', parameter: name, body, span });
  }

  /** Guards the call stack: beyond the depth limit the rest of the text is given up. */
  #nested(parse: () => Expression): Expression {
    if (!this.#depth.enter(this.#tokens.peek().span)) {
      this.#tokens.skipToEnd();
      return this.#placeholder();
    }
    const expression = parse();
    this.#depth.leave();
    return expression;
  }

  #conditional(): Expression {
    const condition = this.#binary(Precedence.or);
    if (this.#tokens.isSymbol('?')) {
      this.#tokens.advance();
      const consequent = this.#expression();
      this.#tokens.expectSymbol(':');
      const alternate = this.#expression();
      const span = { start: condition.span.start, end: alternate.span.end };
      return this.#depth.checked({ kind: 'conditional', condition, consequent, alternate, span });
    }
    const operator = this.#tokens.operator;
    if (operator === undefined || !defaultingOperators.has(operator)) return condition;
    this.#tokens.advance();
    const right = this.#expression();
    return this.#binaryNode(operator, condition, right);
  }

  #binary(minimum: Precedence): Expression {
    let left = this.#unary();
    for (;;) {
      const operator = this.#tokens.operator;
      const precedence = operator === undefined ? undefined : precedenceOf(operator);
      if (operator === undefined || precedence === undefined || precedence < minimum) return left;
      this.#tokens.advance();
      left = this.#binaryNode(operator, left, this.#operandAbove(precedence));
      if (operator === '&&' || operator === '||') left = this.#restOfChain(operator, precedence, left);
    }
  }

  #operandAbove(precedence: Precedence): Expression {
    return this.#binary((precedence + 1) as Precedence); // binary levels are dense, and unary lies above the last
  }

  /** Takes the further operands of `a && b && …` into one flat node. */
  #restOfChain(operator: '&&' | '||', precedence: Precedence, first: Expression): Expression {
    const operands = [...childrenOf(first)];
    while (this.#tokens.operator === operator) {
      this.#tokens.advance();
      operands.push(this.#operandAbove(precedence));
    }
    return this.#depth.checked({ kind: 'logical', operator, operands, span: this.#since(first.span.start) });
  }

  #binaryNode(operator: string, left: Expression, right: Expression): Expression {
    const span = { start: left.span.start, end: right.span.end };
    return this.#depth.checked({ kind: 'binary', operator, left, right, span });
  }

  #unary(): Expression {
    const operator = this.#tokens.operator;
    if (operator === undefined || !unaryOperators.has(operator)) return this.#postfix();
    const start = this.#tokens.peek().span.start;
    this.#tokens.advance();
    const operand = this.#nested(() => this.#unary());
    return this.#depth.checked({ kind: 'unary', operator, operand, span: { start, end: operand.span.end } });
  }

  #postfix(): Expression {
    let expression = this.#primary();
    for (;;) {
      if (this.#tokens.isSymbol('.')) expression = this.#memberOrMethod(expression);
      else if (this.#tokens.isSymbol('[')) expression = this.#index(expression);
      else return expression;
    }
  }

  #memberOrMethod(receiver: Expression): Expression {
    this.#tokens.advance();
    const token = this.#tokens.peek();
    const start = receiver.span.start;
    if (token.kind === 'wrapped') {
      this.#tokens.advance();
      return this.#path(receiver, token.steps, token.span);
    }
    if (token.kind !== 'word') {
      this.#tokens.reportUnexpected('a field name', 'a method name');
      return receiver;
    }
    this.#tokens.advance();
    if (!this.#tokens.isSymbol('(')) {
      const { text: name } = token;
      return this.#depth.checked({
        kind: 'member',
        object: receiver,
        name,
        nameSpan: token.span,
        span: this.#since(start),
      });
    }
    const { text: method, span: nameSpan } = token;
    const args = this.#arguments();
    const span = this.#since(start);
    return this.#depth.checked({ kind: 'method', receiver, method, nameSpan, arguments: args, span });
  }

  #index(object: Expression): Expression {
    if (this.#tokens.isFollowedBy('*', ']')) return this.#each(object);
    this.#tokens.advance();
    const index = this.#expression();
    this.#tokens.expectSymbol(']');
    return this.#depth.checked({ kind: 'index', object, index, span: this.#since(object.span.start) });
  }

  /** `[*]` belongs to the paths of attribute mappings; here a path leads into each element without it. */
  #each(array: Expression): Expression {
    const { start } = this.#tokens.peek().span;
    for (const symbol of ['[', '*', ']']) this.#tokens.expectSymbol(symbol);
    const message =
      'An expression has no "[*]": leave it out to read a field of each element, or call transformArray(); in a mapping of sourceType ATTRIBUTE it goes over the elements.';
    this.#errors.add('syntax', { start, end: this.#tokens.previousEnd }, message);
    return array;
  }

  #primary(): Expression {
    const token = this.#tokens.peek();
    const { span } = token;
    switch (token.kind) {
      case 'string':
        this.#tokens.advance();
        return this.#depth.checked({ kind: 'string', value: token.value, span });
      case 'integer':
        this.#tokens.advance();
        return this.#depth.checked({ kind: 'integer', digits: token.digits, span });
      case 'decimal':
        this.#tokens.advance();
        return this.#depth.checked({ kind: 'decimal', digits: token.digits, exact: token.exact, span });
      case 'wrapped':
        this.#tokens.advance();
        return this.#path(undefined, token.steps, span);
      case 'word':
        return this.#word(token.text, span);
      case 'symbol':
        if (token.text === '(') return this.#parenthesised();
        if (token.text === '[') return this.#array(span.start);
        if (token.text === '{') return this.#map(span.start);
        return this.#missingValue();
      case 'end':
        return this.#missingValue();
    }
  }

  #word(text: string, span: Span): Expression {
    if (wordOperators.has(text)) return this.#missingValue();
    this.#tokens.advance();
    if (text === 'null') return this.#depth.checked({ kind: 'null', span });
    if (text === 'true' || text === 'false')
      return this.#depth.checked({ kind: 'boolean', value: text === 'true', span });
    if (this.#tokens.isSymbol('(')) return this.#call(text, span);
    if (reservedWords.has(text)) {
      const problem = `"${text}" is a reserved word; if a field is meant, write \${${text}}.`;
      this.#errors.add('syntax', span, problem);
    }
    return this.#depth.checked({ kind: 'name', name: text, span });
  }

  #call(name: string, nameSpan: Span): Expression {
    const args = this.#arguments();
    const span = this.#since(nameSpan.start);
    return this.#depth.checked({ kind: 'call', function: name, nameSpan, arguments: args, span });
  }

  #parenthesised(): Expression {
    this.#tokens.advance();
    const expression = this.#expression();
    this.#tokens.expectSymbol(')');
    return expression;
  }

  #array(start: number): Expression {
    const items = this.#list('[', ']', 'an element', () => this.#expression());
    return this.#depth.checked({ kind: 'array', items, span: this.#since(start) });
  }

  #map(start: number): Expression {
    if (this.#tokens.isFollowedBy(':', '}')) {
      for (const symbol of ['{', ':', '}']) this.#tokens.expectSymbol(symbol);
      return this.#depth.checked({ kind: 'map', entries: [], span: this.#since(start) });
    }
    const entries = this.#list('{', '}', 'a key', () => {
      const key = this.#expression();
      this.#tokens.expectSymbol(':');
      return { key, value: this.#expression() };
    });
    return this.#depth.checked({ kind: 'map', entries, span: this.#since(start) });
  }

  #arguments(): readonly Expression[] {
    return this.#list('(', ')', 'an argument', () => this.#expression());
  }

  #list<Item>(open: string, close: string, item: string, parseItem: () => Item): readonly Item[] {
    this.#tokens.expectSymbol(open);
    const items: Item[] = [];
    if (this.#tokens.isSymbol(close)) {
      this.#tokens.advance();
      return items;
    }
    if (this.#tokens.peek().kind === 'end') this.#tokens.reportUnexpected(item, close);
    while (this.#tokens.peek().kind !== 'end') {
      items.push(parseItem());
      if (!this.#tokens.isSymbol(',') && !this.#tokens.isSymbol(close)) {
        this.#tokens.reportUnexpected('an operator', ',', close);
        while (!this.#tokens.atListEnd) items.push(this.#progressing(parseItem));
      }
      if (!this.#tokens.isSymbol(',')) break;
      this.#tokens.advance();
      if (this.#tokens.peek().kind === 'end') this.#tokens.reportUnexpected(...valueExpected);
    }
    this.#tokens.expectSymbol(close);
    return items;
  }

  #path(root: Expression | undefined, steps: readonly string[], nameSpan: Span): Expression {
    const span = { start: root?.span.start ?? nameSpan.start, end: nameSpan.end };
    let path = root;
    for (const name of steps) {
      path =
        path === undefined
          ? this.#depth.checked({ kind: 'name', name, span })
          : this.#depth.checked({ kind: 'member', object: path, name, nameSpan, span });
    }
    return path ?? this.#placeholder();
  }

  /** Reports that a value should stand here; takes the token away unless somebody above waits for it. */
  #missingValue(): Expression {
    this.#tokens.reportUnexpected(...valueExpected);
    const placeholder = this.#placeholder();
    const { kind } = this.#tokens.peek();
    if (kind !== 'end' && this.#tokens.operator === undefined && !this.#tokens.atClosing)
      this.#tokens.advance();
    return placeholder;
  }

  #since(start: number): Span {
    return { start, end: this.#tokens.previousEnd };
  }

  #placeholder(): Expression {
    const { start } = this.#tokens.peek().span;
    return { kind: 'null', span: { start, end: start } };
  }
}
