/** A stretch of the expression's text, in UTF-16 units: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

interface Spanned {
  readonly span: Span;
}

export interface NullLiteral extends Spanned {
  readonly kind: 'null';
}

export interface BooleanLiteral extends Spanned {
  readonly kind: 'boolean';
  readonly value: boolean;
}

/** `digits` are decimal, whatever the base they were written in, so that no digit is lost to a double. */
export interface IntegerLiteral extends Spanned {
  readonly kind: 'integer';
  readonly digits: string;
}

/** `exact` for the suffix `b`: a decimal number instead of a double. */
export interface DecimalLiteral extends Spanned {
  readonly kind: 'decimal';
  readonly digits: string;
  readonly exact: boolean;
}

export interface StringLiteral extends Spanned {
  readonly kind: 'string';
  readonly value: string;
}

export interface ArrayLiteral extends Spanned {
  readonly kind: 'array';
  readonly items: readonly Expression[];
}

/** `{key: value, …}`; `{:}` and `{}` are the empty map. */
export interface MapLiteral extends Spanned {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: Expression;
  readonly value: Expression;
}

/** `parameter -> body`; within the body the parameter's name hides a field of that name. */
export interface LambdaExpression extends Spanned {
  readonly kind: 'lambda';
  readonly parameter: string;
  readonly body: Expression;
}

/** The first step of a path: a field of the source row. */
export interface NameExpression extends Spanned {
  readonly kind: 'name';
  readonly name: string;
}

/** `object.name` */
export interface MemberExpression extends Spanned {
  readonly kind: 'member';
  readonly object: Expression;
  readonly name: string;
  /** Where the name stands; a wrapping of several names is the place of each of them. */
  readonly nameSpan: Span;
}

/** `object[index]`, counted from 0. */
export interface IndexExpression extends Spanned {
  readonly kind: 'index';
  readonly object: Expression;
  readonly index: Expression;
}

/** `function(arguments)`; `nameSpan` covers the name alone. */
export interface CallExpression extends Spanned {
  readonly kind: 'call';
  readonly function: string;
  readonly nameSpan: Span;
  readonly arguments: readonly Expression[];
}

/** `receiver.method(arguments)` */
export interface MethodExpression extends Spanned {
  readonly kind: 'method';
  readonly receiver: Expression;
  readonly method: string;
  readonly nameSpan: Span;
  readonly arguments: readonly Expression[];
}

export interface UnaryExpression extends Spanned {
  readonly kind: 'unary';
  /** The operator's symbol, also where it was written as a word. */
  readonly operator: string;
  readonly operand: Expression;
}

export interface BinaryExpression extends Spanned {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

/** `a && b && c`: one node for the whole chain, so that a long list of alternatives stays flat. */
export interface LogicalExpression extends Spanned {
  readonly kind: 'logical';
  readonly operator: '&&' | '||';
  /** At least two. */
  readonly operands: readonly Expression[];
}

export interface ConditionalExpression extends Spanned {
  readonly kind: 'conditional';
  readonly condition: Expression;
  readonly consequent: Expression;
  readonly alternate: Expression;
}

/** The syntax tree of a mapping expression. */
export type Expression =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | DecimalLiteral
  | StringLiteral
  | ArrayLiteral
  | MapLiteral
  | LambdaExpression
  | NameExpression
  | MemberExpression
  | IndexExpression
  | CallExpression
  | MethodExpression
  | UnaryExpression
  | BinaryExpression
  | LogicalExpression
  | ConditionalExpression;

/** The direct parts of a node, in the order in which they are written. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'array':
      return expression.items;
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'lambda':
      return [expression.body];
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'call':
      return expression.arguments;
    case 'method':
      return [expression.receiver, ...expression.arguments];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'logical':
      return expression.operands;
    case 'conditional':
      return [expression.condition, expression.consequent, expression.alternate];
    default:
      return [];
  }
}
