import { secondText } from '../rows/timestamps.ts';

/** Datetimes as the REST API writes them: `2024-03-01T12:00:00.000+0000`. */
export function restDatetime(time: number): string {
  return `${secondText(time)}.000+0000`;
}

/** Datetimes as Bulk API 2.0 writes them: `2024-03-01T12:00:00.000Z`. */
export function bulkDatetime(time: number): string {
  return `${secondText(time)}.000Z`;
}
