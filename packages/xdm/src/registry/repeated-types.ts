import { isJsonObject } from './field-check.ts';

type Json = Readonly<Record<string, unknown>>;

const XDM_TYPE = 'meta:xdmType';

/**
 * A changed resource without the types that the server derived for the former one: a client that sends a resource back, or
 * patches a field's `type` alone, leaves the old `meta:xdmType` beside it and does not mean it. Of a type that the client
 * wrote itself, which stands nowhere at this path before, nothing is taken away.
 */
export function withoutRepeatedTypes(changed: Json, former: unknown): Json {
  const before = isJsonObject(former) ? former : {};
  const members = Object.entries(changed)
    .filter(([name, value]) => name !== XDM_TYPE || typeof value !== 'string' || value !== before[XDM_TYPE])
    .map(([name, value]) => [name, within(value, before[name])] as const);
  return Object.fromEntries(members);
}

function within(value: unknown, former: unknown): unknown {
  if (Array.isArray(value)) {
    const before: readonly unknown[] = Array.isArray(former) ? former : [];
    return value.map((item, index) => within(item, before[index]));
  }
  return isJsonObject(value) ? withoutRepeatedTypes(value, former) : value;
}
