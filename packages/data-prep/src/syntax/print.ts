import type { Expression, MapEntry } from './expression.ts';
import { printName } from './names.ts';
import { Precedence, precedenceOf } from './precedence.ts';

const printableEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/** Writes a tree as text that parses to the same tree. Operators are written as symbols, numbers in decimal. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(expression.value);
    case 'integer':
      return expression.digits;
    case 'decimal':
      return printDecimal(expression.digits, expression.exact);
    case 'string':
      return printText(expression.value);
    case 'array':
      return `[${printList(expression.items)}]`;
    case 'map':
      return expression.entries.length === 0 ? '{:}' : `{${printEntries(expression.entries)}}`;
    case 'lambda':
      return `${printName(expression.parameter)} -> ${printExpression(expression.body)}`;
    case 'name':
      return printName(expression.name);
    case 'member':
      return `${printWithin(expression.object, Precedence.postfix)}.${printMember(expression.name)}`;
    case 'index':
      return `${printWithin(expression.object, Precedence.postfix)}[${printExpression(expression.index)}]`;
    case 'call':
      return `${expression.function}(${printList(expression.arguments)})`;
    case 'method':
      return `${printWithin(expression.receiver, Precedence.postfix)}.${expression.method}(${printList(expression.arguments)})`;
    case 'unary':
      return printUnary(expression.operator, expression.operand);
    case 'binary':
      return printBinary(expression.operator, expression.left, expression.right);
    case 'logical':
      return expression.operands
        .map((operand) => printWithin(operand, precedenceAbove(expression.operator)))
        .join(` ${expression.operator} `);
    case 'conditional':
      return (
        `${printWithin(expression.condition, Precedence.or)} ? ${printExpression(expression.consequent)}` +
        ` : ${printExpression(expression.alternate)}`
      );
  }
}

/** A blank keeps `! ~x` from reading as the operator `!~`. */
function printUnary(operator: string, operand: Expression): string {
  const gap = operand.kind === 'unary' ? ' ' : '';
  return `${operator}${gap}${printWithin(operand, Precedence.unary)}`;
}

function printBinary(operator: string, left: Expression, right: Expression): string {
  const precedence = precedenceOf(operator);
  if (precedence === undefined) {
    return `${printWithin(left, Precedence.or)} ${operator} ${printExpression(right)}`;
  }
  return `${printWithin(left, precedence)} ${operator} ${printWithin(right, precedenceAbove(operator))}`;
}

/** Prints a part, in parentheses where it binds more loosely than its place demands. */
function printWithin(expression: Expression, least: number): string {
  const text = printExpression(expression);
  return ownPrecedence(expression) < least ? `(${text})` : text;
}

function ownPrecedence(expression: Expression): number {
  switch (expression.kind) {
    case 'lambda':
      return Precedence.lambda;
    case 'conditional':
      return Precedence.conditional;
    case 'binary':
    case 'logical':
      return precedenceOf(expression.operator) ?? Precedence.conditional;
    case 'unary':
      return Precedence.unary;
    default:
      return Precedence.postfix;
  }
}

function precedenceAbove(operator: string): number {
  return (precedenceOf(operator) ?? Precedence.conditional) + 1;
}

/** After a dot, reserved words are names like any other. */
function printMember(name: string): string {
  return /^\w+$/.test(name) && /^\D/.test(name) ? name : printName(name);
}

function printDecimal(digits: string, exact: boolean): string {
  if (exact) return `${digits}b`;
  return /^\d+$/.test(digits) ? `${digits}d` : digits;
}

function printText(value: string): string {
  const escaped = value.replaceAll(
    /[\\"\n\t\r]/g,
    (character) => printableEscapes[character] ?? `\\${character}`,
  );
  return `"${escaped}"`;
}

/** A key is put in parentheses where its colon would be taken for the map's. */
function printEntries(entries: readonly MapEntry[]): string {
  return entries
    .map(({ key, value }) => `${printWithin(key, Precedence.or)}: ${printExpression(value)}`)
    .join(', ');
}

function printList(expressions: readonly Expression[]): string {
  return expressions.map(printExpression).join(', ');
}
