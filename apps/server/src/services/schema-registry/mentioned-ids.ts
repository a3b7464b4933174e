import { Problem } from '../../http/problem.ts';

/** More resources than any schema is made of; each costs a look into the store. */
const MAX_MENTIONED = 500;

/**
 * `$id`s of the tenant's own resources that a body mentions anywhere, each once. The body is not checked yet, so this
 * knows nothing of its shape.
 * @throws {Problem} of kind `invalidBody`
 */
export function mentionedIds(body: unknown, tenantId: string): readonly string[] {
  const ids = new Set<string>();
  collect(body, `https://ns.adobe.com/${tenantId}/`, ids);
  if (ids.size > MAX_MENTIONED) {
    throw new Problem(
      'invalidBody',
      `The body names ${ids.size} other resources; ${MAX_MENTIONED} are allowed.`,
      {
        violations: [{ path: '', message: `at most ${MAX_MENTIONED} resources may be named` }],
      },
    );
  }
  return [...ids];
}

function collect(value: unknown, prefix: string, ids: Set<string>): void {
  if (typeof value === 'string') {
    if (value.startsWith(prefix)) ids.add(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) collect(child, prefix, ids);
  }
}
