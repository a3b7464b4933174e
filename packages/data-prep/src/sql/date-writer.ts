import { type PatternProblem, splitPattern, unsupported } from './date-pattern.ts';
import { directive, type WrittenPiece, writtenPieces, type ZonedInstant } from './date-written-pieces.ts';
import { bindOnce } from './emitted.ts';
import { quoteLiteral } from './quote.ts';
import { localTime, offsetAt, withZone, type ZoneSql } from './zones.ts';

/** A pattern compiled for writing. */
export interface DateWriter {
  readonly ok: true;
  /** SQL of the text of an instant, by the clock of its zone. */
  readonly write: (instant: string, zone?: ZoneSql) => string;
}

/** Compiles a Java date pattern for writing, or says which part of it can't be. */
export function compileDateWriter(pattern: string): DateWriter | PatternProblem {
  const split = splitPattern(pattern);
  if (!split.ok) return split;
  const written: WrittenPiece[] = [];
  for (const { kind, text: run } of split.parts) {
    const piece =
      kind === 'letters'
        ? writtenPieces.get(run)
        : directive(kind === 'text' ? run.replaceAll('%', '%%') : '');
    if (piece === undefined) return unsupported(run, 'write');
    written.push(piece);
  }
  return { ok: true, write: (instant, zone) => writeAll(written, instant, zone) };
}

function writeAll(written: readonly WrittenPiece[], instant: string, zone: ZoneSql): string {
  if (zone === undefined) {
    return bindOnce([localTime(instant, zone)], (time) => concatenate(written, time, undefined));
  }
  const needsOffset = written.some(({ kind }) => kind === 'zone');
  return withZone(instant, zone, (at, name) => {
    return bindOnce([localTime(at, name), needsOffset ? offsetAt(at, name) : '0'], (time, offset) =>
      concatenate(written, time, { instant: at, zone: name, offset }),
    );
  });
}

/** Directives that follow each other are written by one call of `strftime`. */
function concatenate(written: readonly WrittenPiece[], time: string, at: ZonedInstant | undefined): string {
  const texts: string[] = [];
  let format = '';
  const flush = () => {
    if (format !== '') texts.push(`strftime(${time}, ${quoteLiteral(format)})`);
    format = '';
  };
  for (const piece of written) {
    if (piece.kind === 'directive') format += piece.text;
    else if (piece.kind === 'zone' && at === undefined) format += piece.inUtc;
    else {
      flush();
      texts.push(piece.kind === 'local' ? piece.sql(time) : at === undefined ? '' : piece.sql(at));
    }
  }
  flush();
  return texts.length === 1 ? texts.join('') : `(${texts.map((sql) => `(${sql})`).join(' || ')})`;
}
