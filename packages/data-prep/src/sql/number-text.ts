/** Text that is a whole number, with its digits as the one group; a fraction of zeros is let pass. */
export const wholeNumberPattern = String.raw`^\s*([+-]?\d+)(?:\.0*)?\s*$`;

/** Text that is a number in its usual forms, with the number as the one group. */
export const numberPattern = String.raw`^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*$`;
