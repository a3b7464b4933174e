import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startSalesforceEmulator } from './emulator.ts';

const root = new URL('../../../../', import.meta.url);
const python = fileURLToPath(new URL('.cache/python/bin/python', root));
const script = fileURLToPath(new URL('tests/python/simple_salesforce_walk.py', root));

test.skipIf(!existsSync(python) && !process.env.CI)(
  'the unmodified simple-salesforce client logs in, describes, queries and follows changes (skipped where .cache/python is missing)',
  { timeout: 120_000 },
  async () => {
    const emulator = await startSalesforceEmulator({ rows: { Contact: 2500 }, latency: { bulkJobMs: 0 } });
    try {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
      await fetch(`${emulator.url}/__emulator/certificate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ certificate: publicKey }),
      });
      const ORG = JSON.stringify({ url: emulator.url, ...emulator.credentials, privateKey });
      const { stdout } = await promisify(execFile)(python, [script], { env: { ...process.env, ORG } });
      expect(stdout.trim().split('\n').at(-1)).toBe('all of it answered as Salesforce does');
    } finally {
      await emulator.close();
    }
  },
);
