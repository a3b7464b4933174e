import type { MappingPlan } from '@tributary/data-prep';
import { EngineError } from './engine-error.ts';
import { MISSING_REQUIRED, type RowCheck } from './row-checks.ts';
import { unlessFailed } from './target-checks.ts';
import { formatTargetPath } from './target-path.ts';
import { valueName } from './target-rows.ts';

/** The planned target that fills each field of a key. */
export function keyTargets(plan: MappingPlan, key: readonly (readonly string[])[]): readonly number[] {
  const paths = plan.targets.map(({ path }) => formatTargetPath(path));
  return key.map(formatTargetPath).map((path) => {
    const index = paths.indexOf(path);
    if (index === -1) throw new EngineError('invalid', `The mapping set does not map the key ${path}.`);
    return index;
  });
}

/** Checks that each row has all of its key: a row without one could take no other's place, nor have its own taken. */
export function keyChecks(
  plan: MappingPlan,
  targets: readonly number[],
  failed: (target: number) => string,
): readonly RowCheck[] {
  return targets.map((index) => ({
    code: MISSING_REQUIRED,
    message: 'The key is missing or empty.',
    column: formatTargetPath(plan.targets[index]?.path ?? []),
    fails: unlessFailed(`${valueName(index)} IS NULL`, [index], failed),
    value: 'NULL',
  }));
}
