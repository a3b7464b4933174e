/** Stands for the tenant's id in payloads of exports, so that they can be imported by any tenant. */
export const TENANT_PLACEHOLDER = '<XDM_TENANTID_PLACEHOLDER>';

type Rename = (text: string) => string;

/** The same JSON value with the tenant's id replaced by the placeholder: in ids, namespaces and paths. */
export function withoutTenant(value: unknown, tenantId: string): unknown {
  return renamed(value, tenantRename(tenantId, TENANT_PLACEHOLDER));
}

/** The same JSON value with the placeholder, and the ids of `others` whose payload it is, replaced by the tenant's. */
export function withTenant(value: unknown, tenantId: string, others: readonly string[]): unknown {
  const renames = [TENANT_PLACEHOLDER, ...others.filter((other) => other !== tenantId)].map((other) =>
    tenantRename(other, tenantId),
  );
  return renamed(value, (text) => renames.reduce((result, rename) => rename(result), text));
}

/** The tenant that an `$id` belongs to; undefined for ids of the standard library and others. */
export function tenantOfId(id: string): string | undefined {
  return /^https:\/\/ns\.adobe\.com\/([^/]+)\/(?:schemas|classes|mixins|datatypes)\/[0-9a-f]{16,}$/.exec(
    id,
  )?.[1];
}

/** An id and a namespace hold the tenant's id whole; part of another word is left alone. */
function tenantRename(from: string, to: string): Rename {
  const urls = `https://ns.adobe.com/${from}/`;
  const namespace = `_${from}`;
  const altIds = `_${from}.`;
  return (text) => {
    if (!text.includes(from)) return text;
    if (text.startsWith(urls)) return `https://ns.adobe.com/${to}/${text.slice(urls.length)}`;
    if (text.startsWith(altIds)) return `_${to}.${text.slice(altIds.length)}`;
    return text
      .split('/')
      .map((step) => (step === namespace ? `_${to}` : step))
      .join('/');
  };
}

function renamed(value: unknown, rename: Rename): unknown {
  if (typeof value === 'string') return rename(value);
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [rename(key), renamed(member, rename)]),
  );
}
