import type { Column, Value } from '../../rows/columns.ts';
import type { FieldDefinition, OrgSnapshot } from '../definitions.ts';
import type { BoundCondition } from './bind.ts';

export type RowFilter = (index: number) => boolean;

/**
 * Compiles a WHERE clause. Logic has two values: a null is unequal to every literal, like none, and neither less nor
 * more than any; text compares without case, ids with it (SOQL and SOSL Reference, Comparison Operators).
 */
export function compileFilter(condition: BoundCondition, snapshot: OrgSnapshot): RowFilter {
  switch (condition.kind) {
    case 'and': {
      const filters = condition.conditions.map((part) => compileFilter(part, snapshot));
      return filters.reduce((left, right) => (index) => left(index) && right(index));
    }
    case 'or': {
      const filters = condition.conditions.map((part) => compileFilter(part, snapshot));
      return filters.reduce((left, right) => (index) => left(index) || right(index));
    }
    case 'not': {
      const filter = compileFilter(condition.condition, snapshot);
      return (index) => !filter(index);
    }
    case 'comparison':
      return compileComparison(comparableColumn(condition.field, snapshot), condition);
    case 'in': {
      const column = comparableColumn(condition.field, snapshot);
      const operands = new Set(condition.operands.map((operand) => comparable(condition.field, operand)));
      return condition.negated
        ? (index) => !operands.has(column(index))
        : (index) => operands.has(column(index));
    }
  }
}

/** The value as it takes part in comparisons and sorting. */
export function comparableColumn(field: FieldDefinition, snapshot: OrgSnapshot): Column {
  const column = snapshot.column(field);
  return ignoresCase(field) ? (index) => foldCase(column(index)) : column;
}

function comparable(field: FieldDefinition, operand: Value): Value {
  if (operand === '') return null;
  return ignoresCase(field) ? foldCase(operand) : operand;
}

function foldCase(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function ignoresCase(field: FieldDefinition): boolean {
  return !['id', 'reference', 'boolean', 'int', 'double', 'currency', 'percent', 'date', 'datetime'].includes(
    field.type,
  );
}

function compileComparison(
  column: Column,
  condition: Extract<BoundCondition, { kind: 'comparison' }>,
): RowFilter {
  const operand = comparable(condition.field, condition.operand);
  switch (condition.operator) {
    case '=':
      return (index) => column(index) === operand;
    case '!=':
      return (index) => column(index) !== operand;
    case 'LIKE':
      return compileLike(column, operand);
    case '<':
      return compileOrder(column, operand, (order) => order < 0);
    case '<=':
      return compileOrder(column, operand, (order) => order <= 0);
    case '>':
      return compileOrder(column, operand, (order) => order > 0);
    case '>=':
      return compileOrder(column, operand, (order) => order >= 0);
  }
}

function compileOrder(column: Column, operand: Value, holds: (order: number) => boolean): RowFilter {
  if (operand === null) return () => false;
  return (index) => {
    const value = column(index);
    // A value forced by a test may be of another type than its field: it then matches nothing.
    if (value === null || typeof value !== typeof operand) return false;
    return holds(value < operand ? -1 : value > operand ? 1 : 0);
  };
}

function compileLike(column: Column, pattern: Value): RowFilter {
  if (typeof pattern !== 'string') return () => false;
  const source = pattern.replace(/\\[%_]|[%_]|[\\^$.*+?()[\]{}|/]/g, (token) => {
    if (token === '%') return '[^]*';
    if (token === '_') return '[^]';
    return token.length === 2 ? token.slice(1) : `\\${token}`;
  });
  const expression = new RegExp(`^${source}$`, 'u');
  return (index) => {
    const value = column(index);
    return typeof value === 'string' && expression.test(value);
  };
}
