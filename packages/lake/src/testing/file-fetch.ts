import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Answers `fetch` for `file:` URLs, for a reader that knows no other way to get at files. */
export async function fileFetch(input: string | URL | Request): Promise<Response> {
  const url = input instanceof Request ? input.url : input;
  return new Response(new Uint8Array(await readFile(fileURLToPath(url))));
}
