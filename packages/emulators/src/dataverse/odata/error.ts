/** An error as the Web API tells it, `{error: {code, message}}` (Compose HTTP requests and handle errors). */
export class WebApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** A query that names what is not there, or is none. */
export function badQuery(message: string): WebApiError {
  return new WebApiError(400, '0x80060888', message);
}
