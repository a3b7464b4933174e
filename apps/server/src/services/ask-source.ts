import { type Source, SourceError, type SourceOptions } from '@tributary/connectors';
import { authParamsKeeper, documentOf, openAuthParams } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import { Problem } from '../http/problem.ts';
import type { Dependencies } from './dependencies.ts';

/** A source that takes longer is answered as unavailable, so that the client is not left waiting. */
const SOURCE_TIMEOUT_MS = 60_000;

/**
 * Opens the source of a base connection for one question.
 * @param selection says what of a source of files is asked about, and how to read it
 * @throws {Problem} of kind `sourceRefused`, `invalidParameter` or `unavailable` for what the source refuses
 */
export async function askSource<T>(
  { vault, openSource }: Pick<Dependencies, 'vault' | 'openSource'>,
  store: ScopedStore,
  connection: Resource,
  ask: (source: Source, signal: AbortSignal) => Promise<T>,
  selection?: SourceOptions['selection'],
): Promise<T> {
  const document = documentOf('connection', connection);
  const { connectionSpec, auth } = document;
  if (document.state === 'draft')
    throw new Problem('conflict', `The base connection ${connection.id} is a draft. Publish it first.`);
  const signal = AbortSignal.timeout(SOURCE_TIMEOUT_MS);
  try {
    const params = openAuthParams(vault, connection.id, document);
    const source = openSource(connectionSpec.id, auth.specName, params, {
      keepAuthParams: authParamsKeeper(store, vault, connection.id),
      ...(selection && { selection }),
    });
    if (source !== undefined) return await ask(source, signal);
  } catch (error) {
    if (signal.aborted) {
      throw new Problem(
        'unavailable',
        `The source did not answer within ${SOURCE_TIMEOUT_MS / 1000} seconds.`,
      );
    }
    throw error instanceof SourceError ? sourceProblem(error) : error;
  }
  throw new Problem('sourceRefused', `Nothing can be read through connection spec ${connectionSpec.id} yet.`);
}

/** Connectors keep secrets out of their errors' messages and codes. */
function sourceProblem(error: SourceError): Problem {
  const violations = [{ path: 'source', message: error.message, code: error.code }];
  switch (error.kind) {
    case 'refused':
      return new Problem('sourceRefused', error.message, { violations });
    case 'invalid':
      return new Problem('invalidParameter', error.message, { violations });
    case 'busy':
    case 'expired':
    case 'limited':
      return new Problem('unavailable', error.message, { violations });
  }
}
