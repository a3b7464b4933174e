import { invalidBody } from '../../http/problem.ts';
import type { StoredDataSet } from './data-set-document.ts';

/** How long rows may be told to stay, and what is advised (ISO 8601; as the platform's guide to retention has it). */
export const ROW_EXPIRATION = { defaultValue: 'P12M', maxValue: 'P10Y', minValue: 'P30D' } as const;

/** Whole years, months, weeks and days. */
const PERIOD =
  /^P(?=\d)(?:(?<years>\d{1,4})Y)?(?:(?<months>\d{1,4})M)?(?:(?<weeks>\d{1,4})W)?(?:(?<days>\d{1,5})D)?$/;
const MIN_DAYS = daysOf(ROW_EXPIRATION.minValue) ?? 0;
const MAX_DAYS = daysOf(ROW_EXPIRATION.maxValue) ?? 0;

/**
 * Rows expire by their time, which rows of a record schema have none of.
 * @throws {Problem} of kind `invalidBody`, naming the setting
 */
export function requireExpirable({ extensions = {}, classification }: StoredDataSet): void {
  for (const [service, { rowExpiration }] of Object.entries(extensions)) {
    if (!hasPeriod(rowExpiration)) continue;
    const { ttlValue } = rowExpiration;
    const path = `/extensions/${service}/rowExpiration/ttlValue`;
    const days = daysOf(ttlValue);
    if (days === undefined) {
      throw invalidBody(path, 'must be an ISO 8601 duration of years, months, weeks or days, such as P3M');
    }
    if (days < MIN_DAYS || days > MAX_DAYS) {
      throw invalidBody(path, `must be from ${ROW_EXPIRATION.minValue} to ${ROW_EXPIRATION.maxValue}`);
    }
    if (classification.dataBehavior !== 'time-series') {
      throw invalidBody(
        path,
        'can be given only to datasets of time-series schemas; this one has another behaviour',
      );
    }
  }
}

function hasPeriod(rowExpiration: unknown): rowExpiration is { readonly ttlValue: string } {
  if (typeof rowExpiration !== 'object' || rowExpiration === null) return false;
  return 'ttlValue' in rowExpiration && typeof rowExpiration.ttlValue === 'string';
}

/** Months and years count as 30 and 365 days here. */
function daysOf(period: string): number | undefined {
  const parts = PERIOD.exec(period)?.groups;
  if (parts === undefined) return undefined;
  const { years = 0, months = 0, weeks = 0, days = 0 } = parts;
  return 365 * Number(years) + 30 * Number(months) + 7 * Number(weeks) + Number(days);
}
