/* Looking into parsed JSON of which nothing is known yet. Each function is undefined where the value is not of its type. */

type Path = readonly (string | number)[];

export function valueAt(value: unknown, ...path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      // Any object may be looked into as a record.
      isObject(at) ? at[key] : undefined,
    value,
  );
}

export function textAt(value: unknown, ...path: Path): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** A finite number, also where it comes as text. */
export function numberAt(value: unknown, ...path: Path): number | undefined {
  const found = valueAt(value, ...path);
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The items of a list; none where there is no list. */
export function listAt(value: unknown, ...path: Path): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
