/** A lower and an upper limit, and whether they may be equal: each of them is a value that is allowed. */
const PAIRS = [
  ['minLength', 'maxLength', true],
  ['minimum', 'maximum', true],
  ['exclusiveMinimum', 'maximum', false],
  ['minimum', 'exclusiveMaximum', false],
  ['exclusiveMinimum', 'exclusiveMaximum', false],
  ['minItems', 'maxItems', true],
] as const;

type Limits = Readonly<Partial<Record<(typeof PAIRS)[number][0 | 1], number>>>;

/** Two limits of one field that leave no value between them. */
export interface LimitContradiction {
  readonly low: keyof Limits;
  readonly least: number;
  readonly high: keyof Limits;
  readonly most: number;
}

/** Every pair of limits that no value satisfies. */
export function limitContradictions(limits: Limits): readonly LimitContradiction[] {
  return PAIRS.flatMap(([low, high, mayBeEqual]) => {
    const [least, most] = [limits[low], limits[high]];
    if (least === undefined || most === undefined || least < most) return [];
    return least === most && mayBeEqual ? [] : [{ low, least, high, most }];
  });
}
