import type { Column } from '../../rows/columns.ts';
import { findField, type OrgSnapshot } from '../definitions.ts';
import { restDatetime } from '../timestamps.ts';
import { ApiError } from './errors.ts';

const DAY = 86_400_000;
/** How far back `start` may lie (REST API Developer Guide, sObject Get Updated). */
const REACH_DAYS = 30;
/** How long deletions are told of (REST API Developer Guide, sObject Get Deleted). */
const DELETIONS_DAYS = 15;

interface Timespan {
  readonly start: number;
  readonly end: number;
}

/** `start` and `end` of a replication call; their seconds are ignored. */
export function parseTimespan(query: Readonly<Record<string, unknown>>, now: number): Timespan {
  const [start, end] = ['start', 'end'].map((name) => {
    const text = String(query[name] ?? '').replace(/ (\d{2}:?\d{2})$/, '+$1');
    const time = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
    if (Number.isNaN(time))
      throw new ApiError(400, 'INVALID_REPLICATION_DATE', `${name} must be an ISO 8601 date and time`);
    return Math.floor(time / 60_000) * 60_000;
  });
  if (start === undefined || end === undefined || start >= end) {
    throw new ApiError(400, 'INVALID_REPLICATION_DATE', 'startDate must be before endDate');
  }
  if (start < now - REACH_DAYS * DAY) {
    throw new ApiError(
      400,
      'INVALID_REPLICATION_DATE',
      `startDate cannot be more than ${REACH_DAYS} days ago`,
    );
  }
  return { start, end };
}

/** Rows added or changed in the timespan. */
export function updatedIds(snapshot: OrgSnapshot, { start, end }: Timespan): unknown {
  const [id, stamp] = [columnOf(snapshot, 'Id'), columnOf(snapshot, 'SystemModstamp')];
  const ids: string[] = [];
  for (let index = 0; index < snapshot.count; index++) {
    const time = Number(stamp(index));
    if (time >= start && time < end && !snapshot.isDeleted(index)) ids.push(String(id(index)));
  }
  return { ids, latestDateCovered: restDatetime(end) };
}

/** Rows deleted in the timespan that are in the recycle bin; `now` is the org's time. */
export function deletedRecords(snapshot: OrgSnapshot, { start, end }: Timespan, now: number): unknown {
  const [id, stamp] = [columnOf(snapshot, 'Id'), columnOf(snapshot, 'SystemModstamp')];
  const earliest = now - DELETIONS_DAYS * DAY;
  if (end <= earliest)
    throw new ApiError(
      400,
      'INVALID_REPLICATION_DATE',
      `deletions before ${restDatetime(earliest)} are no longer available`,
    );
  const records = [...snapshot.overlay]
    .filter(([, version]) => version.deleted && version.purged !== true)
    .map(([index]) => ({ index, time: Number(stamp(index)) }))
    .filter(({ time }) => time >= Math.max(start, earliest) && time < end)
    .map(({ index, time }) => ({ id: String(id(index)), deletedDate: restDatetime(time) }));
  return {
    deletedRecords: records,
    earliestDateAvailable: restDatetime(earliest),
    latestDateCovered: restDatetime(end),
  };
}

function columnOf(snapshot: OrgSnapshot, name: string): Column {
  const field = findField(snapshot.object, name);
  if (field === undefined) {
    const message = `object type '${snapshot.object.name}' is not replicateable`;
    throw new ApiError(400, 'INVALID_TYPE_FOR_OPERATION', message);
  }
  return snapshot.column(field);
}
