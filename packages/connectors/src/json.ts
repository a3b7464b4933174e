/** The JSON value of a text, or undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an object holds under a key; undefined where it is no object or has no such key. */
export function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** The string that an object holds under a key. */
export function textAt(value: unknown, key: string): string | undefined {
  const text = valueAt(value, key);
  return typeof text === 'string' ? text : undefined;
}

/** The list of strings that an object holds under a key; undefined where it holds none, or anything else in it. */
export function textsAt(value: unknown, key: string): readonly string[] | undefined {
  const list = valueAt(value, key);
  return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
}
