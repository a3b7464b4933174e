/** How many bodies of lambdas are being written around the present place. */
let depth = 0;

/**
 * A SQL lambda of one parameter. A body that is written within another gets a name of its own, so that it can speak of
 * the parameters around it; SQL that was written before and is put into a body knows none of them.
 */
export function lambda(body: (name: string) => string): string {
  return inScope((name) => `lambda ${name}: ${body(name)}`);
}

/**
 * A SQL lambda of two parameters: of an element and its position, counted from 1; or, for `list_reduce`, of what the
 * elements before came to and an element.
 */
export function lambdaOfTwo(body: (first: string, second: string) => string): string {
  return inScope((first) => inScope((second) => `lambda ${first}, ${second}: ${body(first, second)}`));
}

/** Writes SQL that has a name in it which no SQL around it binds. */
export function inScope<Written>(write: (name: string) => Written): Written {
  depth++;
  try {
    return write(`bound${depth}`);
  } finally {
    depth--;
  }
}
