import { SourceError } from './source.ts';

/** Reads the auth parameters of a base connection; every refusal names the parameter and never its value. */
export class AuthParams {
  readonly #params: ReadonlyMap<string, unknown>;

  constructor(params: unknown) {
    if (typeof params !== 'object' || params === null) throw refusedParams('auth.params: must be an object');
    this.#params = new Map(Object.entries(params));
  }

  value(name: string): unknown {
    return this.#params.get(name);
  }

  has(name: string): boolean {
    return this.#params.get(name) !== undefined;
  }

  text(name: string, { mayBeEmpty = false } = {}): string {
    const value = this.#params.get(name);
    if (typeof value !== 'string') throw refusedParams(`auth.params.${name}: must be a string`);
    if (value === '' && !mayBeEmpty) throw refusedParams(`auth.params.${name}: must not be empty`);
    return value;
  }

  /** A URL over http or https; `example` shows what it may look like. */
  url(name: string, example: string): URL {
    const value = this.text(name);
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw refusedParams(`auth.params.${name}: must be a URL such as ${example}`);
    }
    return url;
  }

  /** The origin of such a URL. */
  origin(name: string, example: string): URL {
    return new URL(this.url(name, example).origin);
  }
}

/**
 * What the parameters are, by the name of their auth spec.
 *
 * @throws SourceError `refused` that names the parameter and never its value.
 */
export function parseAuthParams<P>(
  parsers: Readonly<Record<string, (params: AuthParams) => P>>,
  authSpecName: string,
  params: unknown,
): P {
  const parse = Object.hasOwn(parsers, authSpecName) ? parsers[authSpecName] : undefined;
  if (parse === undefined) {
    throw refusedParams(`auth.specName: "${authSpecName}" is none of ${Object.keys(parsers).join(', ')}`);
  }
  return parse(new AuthParams(params));
}

export function refusedParams(message: string): SourceError {
  return new SourceError('refused', 'INVALID_PARAMS', message);
}
