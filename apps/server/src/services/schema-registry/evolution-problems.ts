import type { AffectedResources } from '@tributary/runner';
import {
  type BreakingChange,
  breakingChanges,
  breakingPartChanges,
  type RegistryResource,
  type ResolvedResource,
  removedTags,
} from '@tributary/xdm';
import { Problem } from '../../http/problem.ts';

/** The registry's code for forms of a schema that cannot be merged into one: what has been written, and what is to come. */
const CODE = 'XDM-1413-400';

/**
 * Refuses a change that breaks a schema which datasets or Profile rely on, or takes an immutable tag away.
 * `before` and `after` are the bound schemas' resolved forms by id.
 * @throws {Problem} that names every breaking change, its rule and its path
 */
export function refuseBreakingChanges(
  former: RegistryResource,
  changed: RegistryResource,
  { bound }: Pick<AffectedResources, 'bound'>,
  before: ReadonlyMap<string, ResolvedResource>,
  after: ReadonlyMap<string, ResolvedResource>,
): void {
  const found = new Map<string, BreakingChange>();
  const add = (changes: readonly BreakingChange[]) => {
    for (const change of changes) found.set(`${change.rule} ${change.path} ${change.before}`, change);
  };
  add(removedTags(former, changed));
  if (bound.length > 0) add(breakingPartChanges(former, changed));
  for (const { id } of bound) {
    const [was, is] = [before.get(id), after.get(id)];
    if (was !== undefined && is !== undefined) add(breakingChanges(was.root, is.root));
  }
  if (found.size === 0) return;
  const changes = [...found.values()];
  const [first] = changes;
  const others = changes.length > 1 ? ` (and ${changes.length - 1} more, see sub-errors)` : '';
  throw new Problem(
    'invalidBody',
    `The change breaks ${reasonOf(bound, former)}, so it is refused: ${first ? said(first) : ''}${others} Add fields instead, or create another resource.`,
    {
      code: CODE,
      violations: changes.map((change) => ({ path: change.path, message: said(change), code: CODE })),
    },
  );
}

function said({ rule, path, before, after }: BreakingChange): string {
  return `${rule}: ${path} was ${before}, and would be ${after}.`;
}

function reasonOf([first, ...others]: AffectedResources['bound'], { $id }: RegistryResource): string {
  if (first === undefined) return $id;
  const more = others.length > 0 ? ` (and ${others.length} more schemas)` : '';
  return `what relies on it: ${first.because}${more}`;
}
