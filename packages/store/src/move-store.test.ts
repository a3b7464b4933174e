import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMadeStore } from './made-store.test-kit.ts';
import { moveStore } from './move-store.ts';
import { openEmbeddedStore, openPostgresStore } from './open-store.ts';
import { postgresPrograms, startPostgres } from './stores.test-kit.ts';

const actor = { user: 'alice', client: 'script' };
const programs = postgresPrograms();

describe.skipIf(programs === undefined)('a store that moves to a PostgreSQL server', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let folder: string;

  beforeAll(async () => {
    if (programs === undefined) return;
    server = await startPostgres(programs);
    folder = mkdtempSync(join(tmpdir(), 'tributary-move-'));
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is there to the letter, with its open runs due, and is not used by mistake where it was', async () => {
    const before = await openMadeStore(folder);
    await before.organizations.createFirst(
      { id: 'ACME', tenantId: 'acme' },
      { id: 'client', secret: 's3cret' },
    );
    const sandbox = await before.organizations.sandbox('ACME', 'prod');
    const scope = { orgId: 'ACME', sandboxId: sandbox?.id ?? '' };
    const held = before.scoped(scope);
    // The order of keys, spaces and all kinds of text must survive.
    const body = {
      z: 1,
      a: { y: 'é 😀', b: '"quoted" \\ \n' },
      n: '12345678901234567890',
    };
    for (let n = 0; n < 1_234; n++) await held.resources('flow').insert(`flow-${n}`, { ...body, n }, actor);
    const run = await held.runs.enqueue('flow-1', { trigger: 'onDemand' });
    await held.schedules.put({ flowId: 'flow-2', nextAt: new Date(1_000), recurrence: { hours: 1 } });
    const kept = await held.resources('flow').get('flow-7');
    await before.close();

    const { rows } = await moveStore(folder, server.url);
    expect(rows.get('resources')).toBe(1_234);
    expect(rows.get('flow_runs')).toBe(1);

    const after = await openPostgresStore(server.url);
    try {
      const scoped = after.scoped(scope);
      const found = await scoped.resources('flow').get('flow-7');
      expect(found).toEqual(kept);
      expect(JSON.stringify(found?.body)).toBe(JSON.stringify(kept?.body));
      expect((await after.queue.claim())?.run.id).toBe(run?.id);
      expect(await after.enqueueDueRuns(new Date(), () => undefined)).toBe(1);
    } finally {
      await after.close();
    }
    await expect(openEmbeddedStore(folder)).rejects.toThrow('set DATABASE_URL');
    await expect(moveStore(folder, server.url)).rejects.toThrow('was moved');
  });

  test('takes no place of a store that is there already', async () => {
    const other = mkdtempSync(join(tmpdir(), 'tributary-move-'));
    await (await openMadeStore(other)).close();
    await expect(moveStore(other, server.url)).rejects.toThrow('organisation ACME: name an empty database');
    await (await openEmbeddedStore(other)).close();
    rmSync(other, { recursive: true });
  });

  test('has to be there', async () => {
    await expect(moveStore('/nonexistent', server.url)).rejects.toThrow('no embedded store in /nonexistent');
  });
});
