import type { ExpressionType, MappingPlan } from '@tributary/data-prep';
import { decimalDigits, type ScalarNode, type XdmScalarType } from '@tributary/xdm';

/** A mapping whose values may lose something on the way into their destination. */
export interface LossyCoercion {
  readonly source: string;
  /** Dotted path. */
  readonly destination: string;
  readonly message: string;
}

type Loss = Partial<Record<XdmScalarType, string>>;

const fraction = 'values with a fraction are rejected';
const range = 'values beyond its range are rejected';
const digits = 'digits beyond the 17th are lost';
const bits = 'whole numbers beyond 2^53 lose their last digits';

/**
 * What values lose, by their type and that of the destination; pairs that are not here keep everything. Text is not
 * here: whether it can be read as something else shows in each row.
 */
const losses: Readonly<Record<string, Loss>> = {
  integer: { short: range, byte: range },
  long: { int: range, short: range, byte: range, number: bits },
  number: { long: fraction, int: fraction, short: fraction, byte: fraction },
  decimal: { number: digits, long: fraction, int: fraction, short: fraction, byte: fraction },
  'date-time': { date: 'the time of day is lost' },
};

/** The coercions of a plan that may lose something. */
export function lossyCoercions({ targets }: MappingPlan): readonly LossyCoercion[] {
  return targets.flatMap(({ path, target, expression, source }) => {
    if (target.kind !== 'scalar') return [];
    const loss = lossOf(expression.type, target);
    if (loss === undefined) return [];
    const destination = path.join('.');
    const message = `"${source}" is of type ${String(expression.type)} and "${destination}" of type ${target.xdmType}: ${loss}.`;
    return [{ source, destination, message }];
  });
}

function lossOf(from: ExpressionType, { xdmType, constraints }: ScalarNode): string | undefined {
  // What an exact decimal cannot hold is rejected, and told.
  if (decimalDigits(constraints) !== undefined) return undefined;
  return typeof from === 'string' ? losses[from]?.[xdmType] : undefined;
}
