/** How many bodies of lambdas are being written around the present place. */
let depth = 0;

/**
 * A SQL lambda of one parameter. A body that is written within another gets a name of its own, so that it can speak of
 * the parameters around it; SQL that was written before and is put into a body knows none of them.
 */
export function lambda(body: (name: string) => string): string {
  return inScope((name) => `lambda ${name}: ${body(name)}`);
}

/** A SQL lambda whose second parameter is the element's position, counted from 1. */
export function indexedLambda(body: (element: string, position: string) => string): string {
  return inScope((element) =>
    inScope((position) => `lambda ${element}, ${position}: ${body(element, position)}`),
  );
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
