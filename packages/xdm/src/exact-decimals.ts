import type { Constraints } from './compose/node.ts';
import type { FieldSchema } from './registry/resource.ts';

/*
 * JSON Schema has no decimal type, and XDM's `number` lands as a double. A number that is a multiple of a power of ten, such
 * as 0.01, has so many places behind its point and no more: that is an exact decimal, and its bounds tell how many digits
 * stand before the point.
 */

/** How many decimal digits a number has: `precision` in all, `scale` of them behind the point (SQL's `numeric(p,s)`). */
export interface DecimalDigits {
  readonly precision: number;
  readonly scale: number;
}

/** The most digits of a decimal (Iceberg spec, Primitive Types). */
export const MAX_PRECISION = 38;

/** The most places that mappings compute with. */
export const MAX_SCALE = 18;

/** The places behind the point of multiples of 1, 0.1, 0.01 and so on; undefined for any other number. */
export function scaleOf(multipleOf: unknown): number | undefined {
  for (let scale = 0; scale <= MAX_SCALE; scale += 1) if (multipleOf === powerOfTen(scale)) return scale;
  return undefined;
}

/** The digits of the values that constraints allow; undefined where they do not make an exact decimal. */
export function decimalDigits(constraints: Constraints): DecimalDigits | undefined {
  const scale = scaleOf(constraints.multipleOf);
  if (scale === undefined) return undefined;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = constraints;
  const below = wholeDigits(minimum, exclusiveMinimum);
  const above = wholeDigits(maximum, exclusiveMaximum);
  if (below === undefined || above === undefined) return { precision: MAX_PRECISION, scale };
  const precision = Math.max(1, Math.max(below, above) + scale);
  return { precision: Math.min(precision, MAX_PRECISION), scale };
}

/** The field whose values have such digits; a plain number where no mapping keeps as many places. */
export function decimalField({ precision, scale }: DecimalDigits): FieldSchema {
  if (scale < 0 || scale > MAX_SCALE) return { type: 'number' };
  const field: FieldSchema = { type: 'number', multipleOf: powerOfTen(scale) };
  const limit = 10 ** (precision - scale);
  // JSON and Iceberg both know powers of ten exactly as far as this; beyond, a bound would say nothing.
  if (precision < scale || precision >= MAX_PRECISION || precision - scale > EXACT_POWER) return field;
  return { ...field, exclusiveMinimum: -limit, exclusiveMaximum: limit };
}

/** The greatest power of ten up to which doubles hold all of them. */
const EXACT_POWER = 22;

function powerOfTen(scale: number): number {
  return Number(`1e-${scale}`);
}

/** Digits before the point that a value at a bound may have; undefined without a bound. */
function wholeDigits(inclusive: number | undefined, exclusive: number | undefined): number | undefined {
  const digits = [
    ...(inclusive === undefined ? [] : [digitsOf(BigInt(Math.trunc(Math.abs(inclusive))))]),
    ...(exclusive === undefined ? [] : [digitsOf(BigInt(Math.ceil(Math.abs(exclusive))) - 1n)]),
  ];
  return digits.length === 0 ? undefined : Math.min(...digits);
}

function digitsOf(whole: bigint): number {
  return whole <= 0n ? 0 : String(whole).length;
}
