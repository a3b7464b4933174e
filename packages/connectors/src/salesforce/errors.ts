import { parseJson, textAt } from '../json.ts';
import { type ErrorAnswer, isBusyStatus } from '../outbound/client.ts';
import type { SourceError, SourceErrorKind } from '../source.ts';
import { kindOfStatus, sourceErrorOfFault } from '../source-errors.ts';

/** One error of Salesforce, whichever of its APIs told it. */
export interface SalesforceFault {
  readonly code: string;
  readonly message: string;
}

/** What is read of an answer that tells an error, under whichever status. */
export type AnswerText = Pick<ErrorAnswer, 'status' | 'text'>;

/** What can be done about each error code, of REST, Bulk, OAuth and SOAP alike. */
const KINDS: Readonly<Record<string, SourceErrorKind>> = {
  INVALID_SESSION_ID: 'refused',
  INVALID_LOGIN: 'refused',
  INVALID_AUTH_HEADER: 'refused',
  LOGIN_MUST_USE_SECURITY_TOKEN: 'refused',
  LOGIN_DURING_RESTRICTED_DOMAIN: 'refused',
  LOGIN_DURING_RESTRICTED_TIME: 'refused',
  PASSWORD_LOCKOUT: 'refused',
  INVALID_OPERATION_WITH_EXPIRED_PASSWORD: 'refused',
  ORG_LOCKED: 'refused',
  API_DISABLED_FOR_ORG: 'refused',
  API_CURRENTLY_DISABLED: 'refused',
  INSUFFICIENT_ACCESS: 'refused',
  INSUFFICIENT_ACCESS_OR_READONLY: 'refused',
  FUNCTIONALITY_NOT_ENABLED: 'refused',
  UNSUPPORTED_API_VERSION: 'refused',
  invalid_grant: 'refused',
  invalid_app_access: 'refused',
  invalid_assertion: 'refused',
  invalid_client: 'refused',
  invalid_client_id: 'refused',
  invalid_client_credentials: 'refused',
  inactive_user: 'refused',
  inactive_org: 'refused',
  unsupported_grant_type: 'refused',
  MALFORMED_QUERY: 'invalid',
  INVALID_FIELD: 'invalid',
  INVALID_TYPE: 'invalid',
  INVALIDENTITY: 'invalid',
  INVALID_QUERY_FILTER_OPERATOR: 'invalid',
  QUERY_TOO_COMPLICATED: 'invalid',
  NOT_FOUND: 'invalid',
  INVALID_QUERY_LOCATOR: 'expired',
  INVALID_LOCATOR: 'expired',
  REQUEST_LIMIT_EXCEEDED: 'limited',
  LIMIT_EXCEEDED: 'limited',
  EXCEEDEDQUOTA: 'limited',
  EXCEEDED_QUOTA: 'limited',
  QUERY_TIMEOUT: 'busy',
  SERVER_UNAVAILABLE: 'busy',
  UNABLE_TO_LOCK_ROW: 'busy',
  UNKNOWN_EXCEPTION: 'busy',
};

/** As a map, for codes are other people's text: an object has a `constructor` too. */
const KIND_BY_CODE = new Map(Object.entries(KINDS));

/** Codes under which a request fails that may succeed a moment later, though the status does not say so. */
const BUSY_CODES: ReadonlySet<string> = new Set(['SERVER_UNAVAILABLE', 'UNABLE_TO_LOCK_ROW']);

/** Requests at once are limited under the same code as those of a day, which no second attempt helps against. */
const DAILY_LIMIT = /^TotalRequests\b/;

export function isBusy(answer: ErrorAnswer): boolean {
  if (isBusyStatus(answer)) return true;
  const { code, message } = faultOf(answer);
  return BUSY_CODES.has(code) || (code === 'REQUEST_LIMIT_EXCEEDED' && !DAILY_LIMIT.test(message));
}

/** The kind of an error code, or undefined for one that is not known. */
export function kindOfCode(code: string): SourceErrorKind | undefined {
  return KIND_BY_CODE.get(code) ?? KIND_BY_CODE.get(code.toUpperCase());
}

/** The fault that an error answer tells: `[{errorCode, message}]`, or `{error, error_description}` of OAuth. */
export function faultOf(answer: AnswerText): SalesforceFault {
  const body = parseJson(answer.text);
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const code = textAt(first, 'errorCode') ?? textAt(first, 'error');
  const message = textAt(first, 'message') ?? textAt(first, 'error_description');
  if (code !== undefined) return { code, message: message ?? '' };
  return { code: `HTTP_${answer.status}`, message: `answered with status ${answer.status}` };
}

/** An error answer as a {@link SourceError}; the code decides, and where it is not known the status. */
export function sourceErrorOfAnswer(answer: ErrorAnswer, secrets: readonly string[]): SourceError {
  const fault = faultOf(answer);
  return salesforceError(kindOfCode(fault.code) ?? kindOfStatus(answer), fault, secrets);
}

/** A {@link SourceError} whose message holds none of the secrets, even where Salesforce repeats one. */
export function salesforceError(
  kind: SourceErrorKind,
  fault: SalesforceFault,
  secrets: readonly string[],
): SourceError {
  return sourceErrorOfFault('Salesforce', kind, fault, secrets);
}
