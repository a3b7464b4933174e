import type { Run, Schedule } from './platform/answers.ts';

export type Tone = 'neutral' | 'informative' | 'positive' | 'notice' | 'negative';

/** A status as people read it, and how it is coloured. */
export interface Wording {
  readonly words: string;
  readonly tone: Tone;
}

const runStatuses: Readonly<Record<string, Wording>> = {
  scheduled: { words: 'Scheduled', tone: 'neutral' },
  queued: { words: 'Queued', tone: 'neutral' },
  inProgress: { words: 'Running', tone: 'informative' },
  success: { words: 'Succeeded', tone: 'positive' },
  partialSuccess: { words: 'Partly succeeded', tone: 'notice' },
  failed: { words: 'Failed', tone: 'negative' },
  cancelled: { words: 'Cancelled', tone: 'neutral' },
};

const flowStates: Readonly<Record<string, Wording>> = {
  enabled: { words: 'Enabled', tone: 'positive' },
  disabled: { words: 'Disabled', tone: 'neutral' },
  draft: { words: 'Draft', tone: 'neutral' },
  initializing: { words: 'Initializing', tone: 'informative' },
};

const modes: Readonly<Record<string, { readonly name: string; readonly note: string }>> = {
  append: { name: 'Append', note: 'Each change is a new row; nothing that has landed is touched' },
  upsert: { name: 'Upsert', note: 'A changed row takes the place of the one with its key' },
  mirror: { name: 'Mirror', note: 'As upsert, and rows that are gone at the source go' },
};

/** A write mode as people read it, and what it does. */
export function modeWords(mode: string): { readonly name: string; readonly note: string } {
  return modes[mode] ?? { name: mode, note: '' };
}

const deliveryStates: Readonly<Record<string, Wording>> = {
  pending: { words: 'To be told', tone: 'informative' },
  delivered: { words: 'Told', tone: 'positive' },
  failed: { words: 'Given up', tone: 'negative' },
};

/** The types of events that a webhook is told of. */
export function eventsWords(events: readonly string[]): string {
  return events.includes('*') ? 'Everything' : events.join(', ');
}

export function deliveryStateWords(state: string): Wording {
  return deliveryStates[state] ?? { words: state, tone: 'neutral' };
}

export function runStatusWords({ status, step, waitingUntil, startsAt }: Run): Wording {
  const wording = runStatuses[status] ?? { words: status, tone: 'neutral' };
  if (waitingUntil !== undefined)
    return { words: `Waiting for the source until ${dateTime(waitingUntil)}`, tone: 'notice' };
  if (startsAt !== undefined) return { ...wording, words: `Queued for ${dateTime(startsAt)}` };
  return status === 'inProgress' && step !== undefined
    ? { ...wording, words: `${wording.words}: ${step}` }
    : wording;
}

export function flowStateWords(state: string): Wording {
  return flowStates[state] ?? { words: state, tone: 'neutral' };
}

/** Such as "Every 30 minutes" or "Once". */
export function scheduleWords(schedule: Schedule | undefined): string {
  if (schedule === undefined) return 'On demand';
  const { frequency, interval } = schedule;
  if (frequency === 'once') return 'Once';
  return interval === 1 ? `Every ${frequency}` : `Every ${count(interval)} ${frequency}s`;
}

/** The schedule with its start, as seen at `now` (epoch milliseconds), and what the first run takes. */
export function fullScheduleWords(schedule: Schedule | undefined, now: number): string {
  if (schedule === undefined) return scheduleWords(schedule);
  const { frequency, startsAt, endsAt, timeZone, backfill } = schedule;
  const preposition =
    frequency === 'once' ? 'at' : startsAt !== undefined && startsAt > now ? 'from' : 'since';
  const start = startsAt === undefined ? '' : ` ${preposition} ${dateTime(startsAt)}`;
  const end = endsAt === undefined ? '' : ` until ${dateTime(endsAt)}`;
  const zone = timeZone === undefined || frequency === 'once' ? '' : `, by the clocks of ${timeZone}`;
  return `${scheduleWords(schedule)}${start}${end}${zone}${backfill ? '' : ', without the rows that were there before'}`;
}

/** When a flow runs next, as seen at `now` (epoch milliseconds); undefined where that is nobody's plan. */
export function nextRunWords(nextRunAt: number | undefined, now: number): string | undefined {
  if (nextRunAt === undefined) return undefined;
  return nextRunAt > now ? dateTime(nextRunAt) : 'As soon as it can';
}

const dateTimeFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const numberFormat = new Intl.NumberFormat('en');

/** A moment in the browser's time zone. */
export function dateTime(milliseconds: number): string {
  return dateTimeFormat.format(milliseconds);
}

export function count(number: number): string {
  return numberFormat.format(number);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Such as "0.84 s", "12 s", "3 min 5 s" or "2 h 10 min". */
export function duration(milliseconds: number): string {
  if (milliseconds < 10 * SECOND) return `${(milliseconds / SECOND).toFixed(2)} s`;
  const seconds = Math.round(milliseconds / SECOND);
  if (milliseconds < MINUTE - SECOND / 2) return `${seconds} s`;
  if (milliseconds < HOUR - SECOND / 2) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(milliseconds / MINUTE);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** In powers of 1000, as disks are sold. */
export function byteSize(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // From 999.5 on, rounding would write 1000 of the smaller unit.
  while (amount >= 999.5 && unit < BYTE_UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 || amount >= 99.95 ? Math.round(amount) : amount.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** How long the run took, or takes until now; undefined before it starts. */
export function runDuration({ startedAt, completedAt }: Run, now: number): string | undefined {
  return startedAt === undefined ? undefined : duration(Math.max((completedAt ?? now) - startedAt, 0));
}
