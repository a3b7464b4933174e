import { isJsonObject } from '../registry/field-check.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function memberOf(value: JsonObject, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Null is no value in XDM, and an object without values is none either. */
export function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return isJsonObject(value) && Object.values(value).every(isAbsent);
}
