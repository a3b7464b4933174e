import type { DateZone } from '../plan.ts';
import { callScalar } from '../vectorised/scalar-function.ts';
import { zone } from '../vectorised/zone.ts';
import automaticPatterns from './automatic-dates.json' with { type: 'json' };
import { compileDateReader } from './date-reader.ts';
import { bindOnce } from './emitted.ts';
import { quoteLiteral } from './quote.ts';
import { offsetShape, readShaped } from './shaped.ts';
import { zonedDate } from './zones.ts';

const isoTime = String.raw`\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?`;
/**
 * ISO 8601 with a blank or a T before the time; seconds, fraction and offset may be missing. This covers the documented
 * formats with a time and an offset, and the shapes that the documentation uses without listing them.
 */
const isoDateTime = String.raw`\s*\d{4}-\d{2}-\d{2}[T ]${isoTime}\s*${offsetShape}?\s*`;
/** The same with the name of a zone, as in `2024-05-05 20:39:00 PST`. */
const namedDateTime = String.raw`\s*\d{4}-\d{2}-\d{2}[T ]${isoTime}\s*[A-Za-z][A-Za-z_/]+\s*`;
/** What follows the time of a date-time: `Z`, an offset or a name. */
const trailingZone = String.raw`:\d{2}(?:\.\d+)?\s*(${offsetShape}|[A-Za-z][A-Za-z_/]+)\s*$`;

const readers = automaticPatterns.map((pattern) => {
  const reader = compileDateReader(pattern);
  if (!reader.ok) throw new Error(`The automatic date format ${pattern} cannot be used: ${reader.problem}`);
  return reader;
});

/**
 * SQL that reads text as a date-time by the automatic formats, in their order (Data Prep data format guide, "Dates"). No
 * zone means UTC, no time midnight; NULL where no format fits.
 */
export function readAutomaticDate(text: string): string {
  return bindOnce([text], (bound) => {
    const iso = readShaped(bound, isoDateTime, readIso);
    const named = readShaped(bound, namedDateTime, readNamed);
    const listed = readers.map(({ read }) => read(bound));
    return `coalesce(${[iso, named, ...listed].join(', ')})`;
  });
}

/** The zone that such a text gives, UTC where it gives none. */
export function automaticZone(text: string): DateZone {
  const date = bindOnce([text], (bound) => {
    return zonedDate(readAutomaticDate(bound), bindOnce([readZone(bound)], zoneOfFound));
  });
  return { kind: 'own', date };
}

/** The marks of the halves of a day are names of no zone. */
function zoneOfFound(found: string): string {
  const named = `coalesce(${callScalar(zone, [found])}, 'UTC')`;
  return `CASE WHEN left(${found}, 1) IN ('+', '-') THEN ${found} WHEN ${found} IN ('', 'Z') THEN 'UTC' ELSE ${named} END`;
}

/** A cast wants no blank before an offset, and seconds wherever there is one. */
function readIso(text: string): string {
  const whole = `regexp_replace(${text}, '(\\d) *([Z+-][0-9:]*) *$', '\\1\\2')`;
  const seconds = `regexp_replace(${whole}, '([T ]\\d\\d:\\d\\d)([Z+-])', '\\1:00\\2')`;
  return `coalesce(TRY_CAST(${text} AS TIMESTAMPTZ), TRY_CAST(${seconds} AS TIMESTAMPTZ))`;
}

/** A cast knows zones by their names behind a blank, and offsets without one. */
function readNamed(text: string): string {
  const clock = `regexp_extract(${text}, ${quoteLiteral(String.raw`^\s*(\S+[T ]${isoTime})`)}, 1)`;
  const seconds = `regexp_replace(${clock}, '([T ]\\d\\d:\\d\\d)$', '\\1:00')`;
  return bindOnce([callScalar(zone, [readZone(text)])], (name) => {
    return `TRY_CAST(${seconds} || CASE WHEN ${name} LIKE '_%:%' THEN '' ELSE ' ' END || ${name} AS TIMESTAMPTZ)`;
  });
}

function readZone(text: string): string {
  return `regexp_extract(${text}, ${quoteLiteral(trailingZone)}, 1)`;
}
