import automaticPatterns from './automatic-dates.json' with { type: 'json' };
import { compileDateReader } from './date-pattern.ts';
import { bindOnce } from './emitted.ts';
import { quoteLiteral } from './quote.ts';
import { offsetShape, readShaped } from './shaped.ts';

/**
 * ISO 8601 with a blank or a T before the time; seconds, fraction and offset may be missing. This covers the documented
 * formats with a time and an offset, and the shapes that the documentation uses without listing them.
 */
const isoDateTime = String.raw`\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?${offsetShape}?\s*`;

const readers = automaticPatterns.map((pattern) => {
  const reader = compileDateReader(pattern);
  if (!reader.ok)
    throw new Error(`The automatic date format ${pattern} cannot be compiled: ${reader.problem}`);
  return reader;
});
const anyShape = String.raw`\s*(?:${readers.map(({ shape }) => shape).join('|')})\s*`;
const formats = `[${readers.map(({ format }) => quoteLiteral(format)).join(', ')}]`;

/**
 * SQL that reads text as a date-time by the automatic formats, in their order (Data Prep data format guide, "Dates"). No
 * zone means UTC, no time midnight; NULL where no format fits.
 */
export function readAutomaticDate(text: string): string {
  return bindOnce([text], (bound) => {
    const iso = readShaped(bound, isoDateTime, (shaped) => `TRY_CAST(${shaped} AS TIMESTAMPTZ)`);
    const listed = readShaped(
      bound,
      anyShape,
      (shaped) => `timezone('UTC', try_strptime(${shaped}, ${formats}))`,
    );
    return `coalesce(${iso}, ${listed})`;
  });
}
