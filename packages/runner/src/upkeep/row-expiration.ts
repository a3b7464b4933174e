import type { DataFile, IcebergField, IcebergSchema } from '@tributary/lake';
import { Temporal } from 'temporal-polyfill';
import type { DataSetDocument } from '../documents.ts';

/*
 * Rows of time series may be kept for a time only, by the time of what they tell of (`timestamp`), as the
 * dataset says under `extensions.adobe_lakeHouse.rowExpiration.ttlValue`. Times are counted by days of UTC,
 * so that once a day is enough.
 */

/** The field of time series that tells when something happened (XDM, behaviour "Time-series"). */
const TIME_FIELD = 'timestamp';

/** Rows from before this have had their time; undefined where the dataset keeps all of them. */
export function expiredBefore(dataSet: DataSetDocument, now: Date): Date | undefined {
  const period = periodOf(dataSet);
  if (period === undefined) return undefined;
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO('UTC').startOfDay();
  return new Date(today.subtract(Temporal.Duration.from(period)).epochMilliseconds);
}

/** An ISO 8601 duration; what a dataset says was checked when it was written. */
function periodOf({ extensions }: DataSetDocument): string | undefined {
  const { adobe_lakeHouse: lakeHouse } = asObject(extensions);
  const { ttlValue } = asObject(asObject(lakeHouse).rowExpiration);
  return typeof ttlValue === 'string' ? ttlValue : undefined;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  // Of a list, too, nothing but a name is asked.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The field that tells the time of a table's rows; undefined where it has none, and no row expires. */
export function timeFieldOf({ fields }: Pick<IcebergSchema, 'fields'>): IcebergField | undefined {
  return fields.find(
    ({ name, type }) => name === TIME_FIELD && (type === 'timestamptz' || type === 'timestamp'),
  );
}

/** Whether rows of a file may be from before a time, as far as the manifest tells. */
export function mayHold(
  { lowerBounds, nullValueCounts, recordCount }: DataFile,
  fieldId: number,
  before: Date,
): boolean {
  if (nullValueCounts?.get(fieldId) === recordCount) return false;
  const lower = lowerBounds?.get(fieldId);
  if (lower === undefined) return true;
  // Microseconds, little-endian (Iceberg spec, appendix D).
  return Buffer.from(lower).readBigInt64LE() < BigInt(before.getTime()) * 1000n;
}
