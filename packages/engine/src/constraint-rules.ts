import { quoteLiteral, sqlTypeOf } from '@tributary/data-prep';
import {
  type ArrayNode,
  decimalDigits,
  type ScalarNode,
  scaleOf,
  TEXT_FORMATS,
  type XdmScalarType,
} from '@tributary/xdm';
import { sqlPattern } from './patterns.ts';
import type { TargetFieldType } from './transform.ts';

/** One thing that the schema asks of a value. */
export interface Rule {
  readonly message: string;
  /** SQL over a value: true where it breaks the rule. Anything goes for null, which is no value. */
  breaks(value: string): string;
}

/** The values that a type holds in any case: bounds at or beyond them ask for nothing. */
const RANGES: Readonly<Partial<Record<XdmScalarType, readonly [least: number, greatest: number]>>> = {
  byte: [-128, 127],
  short: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
};

/** The bounds that decimals, which have 20 digits before the point, may lie beyond: the last doubles before ±10^20. */
const DECIMAL_RANGE = [-(1e20 - 2 ** 14), 1e20 - 2 ** 14] as const;

/**
 * The rules for a single value in a column of `type`. Of `format`s those of {@link TEXT_FORMATS} are checked; any other is an annotation.
 * @throws EngineError `invalid` for a pattern that can't be matched; `column` names the field.
 */
export function scalarRules(node: ScalarNode, type: TargetFieldType, column: string): readonly Rule[] {
  const { enum: allowed } = node.constraints;
  const enumRule: readonly Rule[] =
    allowed === undefined
      ? []
      : [
          {
            message: 'The value is not in the enum of the field.',
            breaks: (value) =>
              allowed.length === 0
                ? `${value} IS NOT NULL`
                : `CAST(${value} AS VARCHAR) NOT IN (${allowed.map(quoteLiteral).join(', ')})`,
          },
        ];
  if (node.xdmType === 'string') return [...enumRule, ...textRules(node, column)];
  return [...enumRule, ...numberRules(node), ...scaleRules(node, type)];
}

function textRules({ constraints }: ScalarNode, column: string): readonly Rule[] {
  const { pattern, minLength = 0, maxLength, format } = constraints;
  const rules: Rule[] = [];
  if (pattern !== undefined) {
    const compiled = quoteLiteral(sqlPattern(pattern, column));
    rules.push({
      message: `The value does not match the pattern ${pattern}.`,
      breaks: (value) => `NOT regexp_matches(${value}, ${compiled})`,
    });
  }
  const known = format === undefined ? undefined : TEXT_FORMATS[format];
  if (known !== undefined) {
    rules.push({
      message: `The value is not of the format ${format}, such as ${known.example}.`,
      breaks: (value) => `NOT regexp_matches(${value}, ${quoteLiteral(known.pattern)})`,
    });
  }
  if (minLength > 0) {
    rules.push({
      message: `The value is shorter than ${minLength} characters.`,
      breaks: (value) => `length(${value}) < ${minLength}`,
    });
  }
  if (maxLength !== undefined) {
    rules.push({
      message: `The value is longer than ${maxLength} characters.`,
      breaks: (value) => `length(${value}) > ${maxLength}`,
    });
  }
  return rules;
}

function numberRules({ xdmType, constraints }: ScalarNode): readonly Rule[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = constraints;
  const isExact = decimalDigits(constraints) !== undefined;
  const [least, greatest] = isExact ? DECIMAL_RANGE : (RANGES[xdmType] ?? [-Infinity, Infinity]);
  const rules: Rule[] = [];
  const add = (message: string, operator: string, bound: number) => {
    rules.push({ message, breaks: (value) => `${value} ${operator} ${isExact ? exactly(bound) : bound}` });
  };
  if (minimum !== undefined && minimum > least) add(`The value is below ${minimum}.`, '<', minimum);
  if (maximum !== undefined && maximum < greatest) add(`The value is above ${maximum}.`, '>', maximum);
  if (exclusiveMinimum !== undefined && exclusiveMinimum >= least) {
    add(`The value is not above ${exclusiveMinimum}.`, '<=', exclusiveMinimum);
  }
  if (exclusiveMaximum !== undefined && exclusiveMaximum <= greatest) {
    add(`The value is not below ${exclusiveMaximum}.`, '>=', exclusiveMaximum);
  }
  return rules;
}

/** No value that a mapping makes is rounded to the places of its field, so that none changes unseen. */
function scaleRules({ constraints }: ScalarNode, type: TargetFieldType): readonly Rule[] {
  const { multipleOf } = constraints;
  const scale = scaleOf(multipleOf);
  if (multipleOf === undefined || scale === undefined) return [];
  const step = multipleOf.toFixed(scale);
  // A column of doubles, from before its field had a scale, has values of as many places as their shortest text.
  const isDouble = type.kind === 'scalar' && type.icebergType === 'double';
  const exact = (value: string) =>
    isDouble ? `TRY_CAST(CAST(${value} AS VARCHAR) AS ${sqlTypeOf('decimal')})` : value;
  return [
    {
      message:
        `The value has more than ${scale} decimal places. In the mapping, ` +
        `to_bigint(x) - to_bigint(x) % ${step}b cuts off the others of x.`,
      breaks: (value) => `${exact(value)} % ${exactly(step)} <> 0`,
    },
  ];
}

/** A number as a decimal: between decimals and doubles, DuckDB would compare doubles. */
function exactly(number: number | string): string {
  return `CAST('${number}' AS ${sqlTypeOf('decimal')})`;
}

/** The rules for a list as a whole. Gaps count as elements, but are equal to nothing. */
export function listRules({ constraints = {} }: ArrayNode): readonly Rule[] {
  const { minItems = 0, maxItems, uniqueItems } = constraints;
  const rules: Rule[] = [];
  if (minItems > 0) {
    rules.push({
      message: `The list has fewer than ${minItems} items.`,
      breaks: (list) => `len(${list}) < ${minItems}`,
    });
  }
  if (maxItems !== undefined) {
    rules.push({
      message: `The list has more than ${maxItems} items.`,
      breaks: (list) => `len(${list}) > ${maxItems}`,
    });
  }
  if (uniqueItems) {
    rules.push({
      message: 'The list has an item twice.',
      breaks: (list) => `len(list_distinct(${list})) < len(list_filter(${list}, lambda u: u IS NOT NULL))`,
    });
  }
  return rules;
}
