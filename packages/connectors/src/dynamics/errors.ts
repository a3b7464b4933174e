import { parseJson, textAt, valueAt } from '../json.ts';
import type { ErrorAnswer } from '../outbound/client.ts';
import type { SourceError, SourceErrorKind } from '../source.ts';
import { type Fault, kindOfStatus, sourceErrorOfFault } from '../source-errors.ts';

/** What can be done about error codes of the Web API whose status does not say so (Web service error codes). */
const KINDS: ReadonlyMap<string, SourceErrorKind> = new Map([
  ['0x80072322', 'busy'], // Number of requests
  ['0x80072321', 'busy'], // Execution time
  ['0x80072326', 'busy'], // Concurrent requests
  ['0x80044151', 'busy'], // SQL time-out
  ['0x80044150', 'busy'], // SQL error
  ['0x80044352', 'expired'], // A version that changes are asked from and no longer kept
  ['0x80060888', 'invalid'], // A query that is none, or names what is not there
  ['0x80040220', 'refused'], // A privilege is missing
  ['0x80072560', 'refused'], // No member of the organisation
]);

/** The fault that an error answer tells: `{error: {code, message}}`. */
function faultOf(answer: Pick<ErrorAnswer, 'status' | 'text'>): Fault {
  const error = valueAt(parseJson(answer.text), 'error');
  const code = textAt(error, 'code');
  const message = textAt(error, 'message');
  if (code !== undefined && code !== '') return { code, message: message ?? '' };
  return { code: `HTTP_${answer.status}`, message: message ?? `answered with status ${answer.status}` };
}

/** An error answer as a {@link SourceError}; the code decides, and where it is not known the status. */
export function sourceErrorOfAnswer(answer: ErrorAnswer, secrets: readonly string[]): SourceError {
  const fault = faultOf(answer);
  return sourceErrorOfFault('Dynamics', KINDS.get(fault.code) ?? kindOfStatus(answer), fault, secrets);
}
