import type { Column, Value } from '../../rows/columns.ts';
import { type ColumnDefinition, propertyName, type TableSnapshot } from '../definitions.ts';
import { badQuery } from './error.ts';
import { type Literal, type Token, tokenize } from './lexer.ts';

export type RowFilter = (index: number) => boolean;

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

const TEXT_FUNCTIONS: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  contains: (text, part) => text.includes(part),
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
};

/**
 * Compiles a `$filter` (Filter rows using OData): comparisons of a column with a literal, `contains`, `startswith` and
 * `endswith`, `and`, `or`, `not` and brackets. Text compares without case, as Dataverse's collation does.
 */
export function compileFilter(
  filter: string,
  columns: readonly ColumnDefinition[],
  snapshot: TableSnapshot,
): RowFilter {
  const parser = new FilterParser(tokenize(filter), columns, snapshot);
  return parser.whole();
}

class FilterParser {
  readonly #tokens: readonly Token[];
  readonly #columns: ReadonlyMap<string, ColumnDefinition>;
  readonly #snapshot: TableSnapshot;
  #at = 0;

  constructor(tokens: readonly Token[], columns: readonly ColumnDefinition[], snapshot: TableSnapshot) {
    this.#tokens = tokens;
    this.#columns = new Map(columns.map((column) => [propertyName(column), column]));
    this.#snapshot = snapshot;
  }

  whole(): RowFilter {
    const filter = this.#or();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return filter;
  }

  #or(): RowFilter {
    let left = this.#and();
    while (this.#takes('or')) {
      const [first, second] = [left, this.#and()];
      left = (index) => first(index) || second(index);
    }
    return left;
  }

  #and(): RowFilter {
    let left = this.#not();
    while (this.#takes('and')) {
      const [first, second] = [left, this.#not()];
      left = (index) => first(index) && second(index);
    }
    return left;
  }

  #not(): RowFilter {
    if (this.#takes('not')) {
      const filter = this.#not();
      return (index) => !filter(index);
    }
    if (!this.#takes('(')) return this.#comparison();
    const filter = this.#or();
    this.#expect(')');
    return filter;
  }

  #comparison(): RowFilter {
    const name = this.#name();
    const matches = Object.hasOwn(TEXT_FUNCTIONS, name) ? TEXT_FUNCTIONS[name] : undefined;
    if (matches !== undefined) return this.#textFunction(matches);
    const column = this.#column(name);
    const operator = this.#name();
    const holds = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
    if (holds === undefined) throw badQuery(`'${operator}' is no operator that can be used here.`);
    const operand = operandOf(this.#literal(), column);
    const valueAt = comparableColumn(column, this.#snapshot);
    if (operand === null) return nullComparison(operator, valueAt);
    return (index) => {
      const value = valueAt(index);
      // A null is neither equal to a value nor greater nor less; it is unequal.
      if (value === null) return operator === 'ne';
      return typeof value === typeof operand && holds(value < operand ? -1 : value > operand ? 1 : 0);
    };
  }

  #textFunction(matches: (text: string, part: string) => boolean): RowFilter {
    this.#expect('(');
    const column = this.#column(this.#name());
    this.#expect(',');
    const literal = this.#literal();
    this.#expect(')');
    if (literal.type !== 'text') throw badQuery('The second argument of a text function must be text.');
    const part = literal.text.toLowerCase();
    const valueAt = comparableColumn(column, this.#snapshot);
    return (index) => {
      const value = valueAt(index);
      return typeof value === 'string' && matches(value, part);
    };
  }

  #column(name: string): ColumnDefinition {
    const column = this.#columns.get(name);
    if (column !== undefined) return column;
    throw badQuery(
      `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${this.#snapshot.object.name}'.`,
    );
  }

  #literal(): Literal {
    const token = this.#tokens[this.#at++];
    if (token?.kind === 'literal') return token.value;
    this.#at -= 1;
    throw this.#unexpected();
  }

  #name(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name') throw this.#unexpected();
    this.#at += 1;
    return token.text;
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind === 'literal' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw this.#unexpected();
  }

  #unexpected() {
    const token = this.#tokens[this.#at];
    const found = token === undefined ? 'its end' : token.kind === 'literal' ? 'a value' : `'${token.text}'`;
    return badQuery(`The $filter is not valid: ${found} was not expected there.`);
  }
}

function nullComparison(operator: string, valueAt: Column): RowFilter {
  if (operator === 'eq') return (index) => valueAt(index) === null;
  if (operator === 'ne') return (index) => valueAt(index) !== null;
  throw badQuery(`null cannot be compared by '${operator}'.`);
}

/** The value as it takes part in comparisons and in sorting. */
export function comparableColumn(column: ColumnDefinition, snapshot: TableSnapshot): Column {
  const valueAt = snapshot.column(column);
  if (column.type !== 'String' && column.type !== 'Memo') return valueAt;
  return (index) => {
    const value = valueAt(index);
    return typeof value === 'string' ? value.toLowerCase() : value;
  };
}

function operandOf(literal: Literal, column: ColumnDefinition): Value {
  const kind = kindOf(column);
  if (literal.type === 'null') return null;
  if (literal.type === 'text' && kind === 'text') return literal.text.toLowerCase();
  if (literal.type === 'number' && kind === 'number') return literal.number;
  if (literal.type === 'boolean' && kind === 'boolean') return literal.boolean;
  if (literal.type === 'guid' && kind === 'guid') return literal.text;
  if (literal.type === 'datetime' && kind === 'datetime') return literal.time;
  if (literal.type === 'date' && kind === 'date') return literal.text;
  if (literal.type === 'date' && kind === 'datetime') return Date.parse(literal.text);
  throw badQuery(
    `A binary operator with incompatible types was detected: ${column.name} is a ${column.type}, not a ${literal.type}.`,
  );
}

function kindOf({ type, behavior }: ColumnDefinition) {
  switch (type) {
    case 'String':
    case 'Memo':
    case 'MultiSelectPicklist':
    case 'Image':
      return 'text';
    case 'Boolean':
      return 'boolean';
    case 'DateTime':
      return behavior === 'DateOnly' ? 'date' : 'datetime';
    case 'Uniqueidentifier':
    case 'Lookup':
    case 'Customer':
    case 'Owner':
      return 'guid';
    default:
      return 'number';
  }
}
