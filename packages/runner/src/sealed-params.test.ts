import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from './documents.ts';
import { RunBench } from './run-bench.test-kit.ts';
import { authParamsKeeper, openAuthParams } from './sealed-params.ts';

const ID = 'connection';
const actor = { user: 'alice', client: 'script' };

let bench: RunBench;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());

describe('what a login changed of a connection’s params', () => {
  const keep = () => authParamsKeeper(bench.store, bench.services.vault, ID);

  test('is sealed with the others for the next login, and shows nowhere else', async () => {
    await hold({ clientId: 'app', refreshToken: 'first' });
    await keep()({ refreshToken: 'second' }, { refreshToken: 'first' });
    expect(await held()).toEqual({ clientId: 'app', refreshToken: 'second' });
    const connection = await bench.store.resources('connection').get(ID);
    expect(connection?.version).toBe(2);
    expect(JSON.stringify(connection)).not.toContain('second');
  });

  test('gives way to what somebody else has given meanwhile', async () => {
    await hold({ refreshToken: 'given' });
    await keep()({ refreshToken: 'second' }, { refreshToken: 'first' });
    expect(await held()).toEqual({ refreshToken: 'given' });
  });

  test('is dropped with the connection', async () => {
    await bench.store.resources('connection').remove(ID);
    await keep()({ refreshToken: 'second' }, { refreshToken: 'first' });
    expect(await bench.store.resources('connection').get(ID)).toBeUndefined();
  });
});

async function hold(params: object): Promise<void> {
  await bench.store.resources('connection').remove(ID);
  const sealedParams = bench.services.vault.seal(JSON.stringify(params), ID);
  const body = {
    connectionSpec: { id: 'x', version: '1.0' },
    auth: { specName: 'x', params: {} },
    sealedParams,
  };
  await bench.store.resources('connection').insert(ID, body, actor);
}

async function held(): Promise<Record<string, unknown>> {
  const connection = await bench.store.resources('connection').get(ID);
  if (connection === undefined) throw new Error('the connection is gone');
  return openAuthParams(bench.services.vault, ID, documentOf('connection', connection));
}
