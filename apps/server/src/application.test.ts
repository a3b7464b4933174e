import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startApplication } from './application.ts';
import { readConfiguration } from './configuration.ts';

function freshConfiguration() {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-application-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return readConfiguration({}, ['--data', folder, '--port', '0', '--log', 'off']);
}

test('a second server on a data folder is refused and leaves the server.json of the first', async () => {
  const configuration = freshConfiguration();
  const application = await startApplication(configuration);
  onTestFinished(() => application.stop());
  const { status, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('main.ts', import.meta.url)), '--data', configuration.dataFolder, '--port', '0'],
    { encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('is in use by process') });
  expect(existsSync(join(configuration.dataFolder, 'server.json'))).toBe(true);
});

test('a stopped server leaves no server.json, and its data folder can be opened again', async () => {
  const configuration = freshConfiguration();
  const first = await startApplication(configuration);
  await first.stop();
  expect(existsSync(join(configuration.dataFolder, 'server.json'))).toBe(false);
  const second = await startApplication(configuration);
  expect(second.installation).toMatchObject({ orgId: first.installation.orgId, clientSecret: undefined });
  await second.stop();
});

test('a first start that fails once the client is made does not lose the secret that it made up', async () => {
  const configuration = freshConfiguration();
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(startApplication({ ...configuration, port })).rejects.toThrow('EADDRINUSE');

  const { url, installation, stop } = await startApplication(configuration);
  const { clientId, clientSecret = '', isGenerated } = installation;
  expect(isGenerated).toBe(true);
  const body = new URLSearchParams({
    ...{ grant_type: 'client_credentials', scope: 'openid' },
    ...{ client_id: clientId, client_secret: clientSecret },
  });
  expect((await fetch(`${url}/ims/token/v3`, { method: 'POST', body })).status).toBe(200);
  await stop();
  expect(existsSync(join(configuration.dataFolder, 'untold-secret.json'))).toBe(false);

  const next = await startApplication(configuration);
  onTestFinished(() => next.stop());
  expect(next.installation).toMatchObject({ clientSecret: undefined, isGenerated: false });
});
