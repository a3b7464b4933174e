import { listAt, textAt } from '../json.ts';

/** One place of a request, and what is wrong there. */
export interface Violation {
  /** A JSON pointer into the body, such as `/auth/params/username`, or the name of a parameter. */
  readonly path: string;
  readonly message: string;
}

/**
 * The server refused a call or did not answer; the message says why, in the server's own words where it has
 * some.
 */
export class PlatformError extends Error {
  /** The HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** Where in the request it lies; empty where the server does not say. */
  readonly violations: readonly Violation[];

  constructor(message: string, status?: number, violations: readonly Violation[] = []) {
    super(message);
    this.name = 'PlatformError';
    this.status = status;
    this.violations = violations;
  }
}

/** Calls the server in the name of a session. @throws {PlatformError} */
export type Call = (path: string, init?: RequestInit) => Promise<unknown>;

export function jsonBody(body: unknown, method: 'POST' | 'PUT' | 'PATCH' = 'POST'): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The parsed answer; undefined where there is no body. @throws {PlatformError} */
export async function send(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { ...init, cache: 'no-store' });
    text = await response.text();
  } catch {
    throw new PlatformError('The server does not answer. Check that Tributary is running.');
  }
  const answer = parseJson(text);
  if (response.ok) return answer;
  throw new PlatformError(
    detailOf(answer) ?? `The server answered with status ${response.status}.`,
    response.status,
    violationsOf(answer),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Each service words its problems in a body of its own. */
function detailOf(answer: unknown): string | undefined {
  const keys = ['detail', 'error_description', 'message', 'errorMessage', 'title'];
  const detail = keys.map((key) => textAt(answer, key)).find((text) => text !== undefined);
  return detail === undefined ? undefined : detail.charAt(0).toUpperCase() + detail.slice(1);
}

function violationsOf(answer: unknown): readonly Violation[] {
  return [...listAt(answer, 'violations'), ...listAt(answer, 'report', 'violations')].flatMap((item) => {
    const path = textAt(item, 'path');
    const message = textAt(item, 'message');
    return path === undefined || message === undefined ? [] : [{ path, message }];
  });
}
