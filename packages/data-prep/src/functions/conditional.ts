import type { EmittedSql } from '../plan.ts';
import { anyOf, firstMatching } from '../sql/emitted.ts';
import { zonedDateOf } from '../sql/zones.ts';

/** `condition, then, else`: of the two values only the one that is taken can fail. A null condition counts as false. */
export function emitConditional([condition, consequent, alternate]: readonly EmittedSql[]): EmittedSql {
  if (condition === undefined || consequent === undefined || alternate === undefined) {
    throw new Error('A conditional needs a condition and two values');
  }
  const taken = firstMatching([{ when: condition.value, outcome: consequent.fails }], alternate.fails);
  return {
    value: `CASE WHEN ${condition.value} THEN ${consequent.value} ELSE ${alternate.value} END`,
    fails: anyOf([condition.fails, taken]),
    ...chosenZone([consequent, alternate], ([then, otherwise]) => {
      return `CASE WHEN ${condition.value} THEN ${then} ELSE ${otherwise} END`;
    }),
  };
}

/** The first value that is not null; later ones are not looked at and can't fail then. */
export function emitCoalesce(args: readonly EmittedSql[]): EmittedSql {
  const last = args.at(-1);
  const branches = args
    .slice(0, -1)
    .flatMap((arg) => [
      ...(arg.fails === undefined ? [] : [{ when: arg.fails, outcome: 'TRUE' }]),
      { when: `${arg.value} IS NOT NULL`, outcome: undefined },
    ]);
  return {
    value: args.length === 0 ? 'NULL' : `coalesce(${args.map((arg) => arg.value).join(', ')})`,
    fails: firstMatching(branches, last?.fails),
    ...coalescedZone(args),
  };
}

/** The zone of the first date that is not null. */
export function coalescedZone(dates: readonly EmittedSql[]): Pick<EmittedSql, 'zone'> {
  return chosenZone(dates, (zoned) => `coalesce(${zoned.join(', ')})`);
}

/** The zone of the date that `choose` takes of several; none where all are in UTC. */
export function chosenZone(
  dates: readonly EmittedSql[],
  choose: (zoned: readonly string[]) => string,
): Pick<EmittedSql, 'zone'> {
  if (dates.every(({ zone }) => zone === undefined)) return {};
  return { zone: { kind: 'own', date: choose(dates.map(zonedDateOf)) } };
}
