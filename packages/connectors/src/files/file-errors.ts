import { SourceError } from '../source.ts';

/** Files are told by the path that people know them by. */
export function shownPath(path: string): string {
  return `/${path}`;
}

/** The file is not what it is said to be: whoever put it there must mend it, or the source connection. */
export function unreadable(path: string, message: string, options?: ErrorOptions): SourceError {
  return new SourceError('invalid', 'UNREADABLE_FILE', `${shownPath(path)}: ${message}`, options);
}

/** The file is another one by now, or is gone: what is there now is planned anew. */
export function changed(path: string, message: string): SourceError {
  return new SourceError('expired', 'FILE_CHANGED', `${shownPath(path)}: ${message}`);
}

/** The content of a file broke off, for now. */
export function brokenOff(path: string, message: string, options?: ErrorOptions): SourceError {
  return new SourceError('busy', 'FILE_BROKE_OFF', `${shownPath(path)}: ${message}`, options);
}
