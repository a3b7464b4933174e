import type { Value } from '../../rows/columns.ts';
import {
  type FieldDefinition,
  type FieldType,
  findField,
  isFilterable,
  type ObjectDefinition,
} from '../definitions.ts';
import { withChecksum } from '../ids.ts';
import type { FindObject } from '../org.ts';
import type {
  AggregateFunction,
  ComparisonOperator,
  Condition,
  Literal,
  Name,
  Offset,
  Query,
  SelectItem,
} from './ast.ts';
import { errorAt, SoqlError } from './error.ts';
import { parseSoql } from './parser.ts';

/** Salesforce's limits on clauses (SOQL and SOSL Reference: OFFSET, FIELDS()). */
const MOST_OFFSET = 2000;
const MOST_FIELDS_ALL = 200;

export type BoundCondition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly BoundCondition[] }
  | { readonly kind: 'not'; readonly condition: BoundCondition }
  | {
      readonly kind: 'comparison';
      readonly field: FieldDefinition;
      readonly operator: ComparisonOperator;
      readonly operand: Value;
    }
  | {
      readonly kind: 'in';
      readonly field: FieldDefinition;
      readonly negated: boolean;
      readonly operands: readonly Value[];
    };

export interface BoundAggregate {
  readonly call: AggregateFunction;
  readonly field: FieldDefinition;
  /** The name in the result: the alias, or `expr0` and so on. */
  readonly name: string;
}

export type BoundSelect =
  | { readonly kind: 'count' }
  | {
      readonly kind: 'fields';
      readonly fields: readonly FieldDefinition[];
      readonly viaFieldsFunction: boolean;
    }
  | { readonly kind: 'aggregates'; readonly aggregates: readonly BoundAggregate[] };

export interface BoundOrdering {
  readonly field: FieldDefinition;
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

/** A query whose every name and literal was checked against the object. */
export interface BoundQuery {
  readonly object: ObjectDefinition;
  readonly select: BoundSelect;
  readonly where: BoundCondition | undefined;
  readonly orderBy: readonly BoundOrdering[];
  readonly limit: number | undefined;
  readonly offset: number;
}

const NAMES_HINT = 'Please reference your WSDL or the describe call for the appropriate names.';

/** Parses and checks a query; throws a {@link SoqlError} for what Salesforce would refuse. */
export function bindSoql(soql: string, find: FindObject): BoundQuery {
  const query = parseSoql(soql);
  const object = find(query.from.text);
  if (object === undefined) {
    const custom = `If you are attempting to use a custom object, be sure to append the '__c' after the entity name.`;
    throw errorAt(
      'INVALID_TYPE',
      soql,
      query.from.at,
      `sObject type '${query.from.text}' is not supported. ${custom} ${NAMES_HINT}`,
    );
  }
  return new Binder(soql, object).bind(query);
}

class Binder {
  readonly #soql: string;
  readonly #object: ObjectDefinition;

  constructor(soql: string, object: ObjectDefinition) {
    this.#soql = soql;
    this.#object = object;
  }

  bind(query: Query): BoundQuery {
    const select = this.#select(query);
    const where = query.where === undefined ? undefined : this.#condition(query.where);
    const orderBy = query.orderBy.map(({ field, descending, nullsLast }) => ({
      field: this.#sortable(field),
      descending,
      nullsLast,
    }));
    const offset = query.offset ?? 0;
    if (offset > MOST_OFFSET) {
      throw new SoqlError('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${MOST_OFFSET}`);
    }
    return { object: this.#object, select, where, orderBy, limit: query.limit, offset };
  }

  #select(query: Query): BoundSelect {
    if (query.select === 'count') return { kind: 'count' };
    const aggregates = query.select.filter((item) => item.kind === 'aggregate');
    if (aggregates.length > 0) return this.#aggregates(query.select);
    const fields = query.select.flatMap((item) => this.#selectedFields(item, query.limit));
    const names = fields.map((field) => field.name);
    const duplicate = names.find((name, at) => names.indexOf(name) !== at);
    if (duplicate !== undefined)
      throw new SoqlError('INVALID_FIELD', `duplicate field selected: ${duplicate}`);
    return { kind: 'fields', fields, viaFieldsFunction: query.select.some((item) => item.kind === 'fields') };
  }

  #selectedFields(item: SelectItem, limit: number | undefined): readonly FieldDefinition[] {
    if (item.kind === 'aggregate') return [];
    if (item.kind === 'field') return [this.#field(item.field)];
    if (item.which === 'STANDARD') return this.#object.fields.filter((field) => !field.name.endsWith('__c'));
    if (limit === undefined || limit > MOST_FIELDS_ALL) {
      throw errorAt(
        'MALFORMED_QUERY',
        this.#soql,
        item.at,
        `The SOQL FIELDS function must have a LIMIT of at most ${MOST_FIELDS_ALL}`,
      );
    }
    return item.which === 'ALL'
      ? this.#object.fields
      : this.#object.fields.filter((field) => field.name.endsWith('__c'));
  }

  #aggregates(items: readonly SelectItem[]): BoundSelect {
    const aggregates = items.map((item, at) => {
      if (item.kind === 'aggregate') {
        return { call: item.call, field: this.#field(item.field), name: item.alias ?? `expr${at}` };
      }
      const [text, offset] = item.kind === 'field' ? [item.field.text, item.field.at] : ['FIELDS', item.at];
      throw errorAt('MALFORMED_QUERY', this.#soql, offset, `Field must be grouped or aggregated: ${text}`);
    });
    return { kind: 'aggregates', aggregates };
  }

  #field(name: Name): FieldDefinition {
    if (name.text.includes('.')) {
      const relationship = name.text.slice(0, name.text.indexOf('.'));
      const hint = `If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. ${NAMES_HINT}`;
      throw errorAt(
        'INVALID_FIELD',
        this.#soql,
        name.at,
        `Didn't understand relationship '${relationship}' in field path. ${hint}`,
      );
    }
    const field = findField(this.#object, name.text);
    if (field !== undefined) return field;
    const hint = `If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. ${NAMES_HINT}`;
    throw errorAt(
      'INVALID_FIELD',
      this.#soql,
      name.at,
      `No such column '${name.text}' on entity '${this.#object.name}'. ${hint}`,
    );
  }

  #filterable(name: Name): FieldDefinition {
    const field = this.#field(name);
    if (isFilterable(field)) return field;
    throw errorAt(
      'INVALID_FIELD',
      this.#soql,
      name.at,
      `field '${field.name}' can not be filtered in a query call`,
    );
  }

  #sortable(name: Name): FieldDefinition {
    const field = this.#field(name);
    if (isFilterable(field) && field.type !== 'multipicklist') return field;
    throw errorAt(
      'MALFORMED_QUERY',
      this.#soql,
      name.at,
      `field '${field.name}' can not be sorted in a query call`,
    );
  }

  #condition(condition: Condition): BoundCondition {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return {
          kind: condition.kind,
          conditions: condition.conditions.map((part) => this.#condition(part)),
        };
      case 'not':
        return { kind: 'not', condition: this.#condition(condition.condition) };
      case 'comparison': {
        const field = this.#filterable(condition.field);
        this.#checkOperator(field, condition.operator, condition.field.at);
        const operand = this.#operand(
          field,
          condition.literal,
          condition.literalAt,
          condition.operator === 'LIKE',
        );
        return { kind: 'comparison', field, operator: condition.operator, operand };
      }
      case 'in': {
        const field = this.#filterable(condition.field);
        const operands = condition.literals.map((literal) =>
          this.#operand(field, literal, condition.literalAt, false),
        );
        return { kind: 'in', field, negated: condition.negated, operands };
      }
    }
  }

  #checkOperator(field: FieldDefinition, operator: ComparisonOperator, at: Offset): void {
    const equality = operator === '=' || operator === '!=';
    const text = literalKinds[field.type] === 'string' && field.type !== 'id' && field.type !== 'reference';
    const allowed = operator === 'LIKE' ? text : equality || field.type !== 'boolean';
    if (allowed) return;
    throw errorAt('INVALID_QUERY_FILTER_OPERATOR', this.#soql, at, `invalid operator on ${field.type} field`);
  }

  #operand(field: FieldDefinition, literal: Literal, at: Offset, isPattern: boolean): Value {
    if (literal.kind === 'null') return null;
    const expected = literalKinds[field.type];
    if (literal.kind !== expected) {
      const wording =
        expected === 'string'
          ? 'must be of type string and should be enclosed in quotes'
          : `must be of type ${expected === 'datetime' ? 'dateTime' : expected === 'number' ? field.type : expected} and should not be enclosed in quotes`;
      throw errorAt(
        'INVALID_FIELD',
        this.#soql,
        at,
        `value of filter criterion for field '${field.name}' ${wording}`,
      );
    }
    if (field.type === 'id' || field.type === 'reference') return this.#idOperand(String(literal.value), at);
    if (literal.kind === 'string' && !isPattern) return literal.value.replace(/\\([_%])/g, '$1');
    return literal.value;
  }

  #idOperand(id: string, at: Offset): Value {
    if (id === '') return null;
    if (/^(?:[0-9A-Za-z]{15}|[0-9A-Za-z]{18})$/.test(id)) return id.length === 15 ? withChecksum(id) : id;
    throw errorAt('INVALID_QUERY_FILTER_OPERATOR', this.#soql, at, `invalid ID field: ${id}`);
  }
}

/** The kind of literal each field type is compared with. */
const literalKinds: Readonly<Record<FieldType, Literal['kind']>> = {
  id: 'string',
  string: 'string',
  textarea: 'string',
  email: 'string',
  phone: 'string',
  url: 'string',
  picklist: 'string',
  multipicklist: 'string',
  reference: 'string',
  time: 'string',
  combobox: 'string',
  encryptedstring: 'string',
  anyType: 'string',
  base64: 'string',
  location: 'string',
  address: 'string',
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
};
