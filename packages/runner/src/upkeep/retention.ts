/** For how long things are kept, in days; 0: for ever. */
export interface RetentionSettings {
  /** Runs that have ended, and the rows that did not land with them. The last run of each flow stays always. */
  readonly runsDays: number;
  /** Snapshots of tables whose own properties say nothing else. The newest {@link MIN_SNAPSHOTS} stay always. */
  readonly snapshotsDays: number;
  /** Events, and the log of whom they were told to. */
  readonly eventsDays: number;
}

export const MIN_SNAPSHOTS = 10;

export const DAY_MS = 86_400_000;

/** What is older goes; undefined: nothing does. */
export function keptSince(days: number, now: Date): Date | undefined {
  return days === 0 ? undefined : new Date(now.getTime() - days * DAY_MS);
}
