import { createHash, randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { S3Client } from './client.ts';
import { requireS3Server, startS3Server, type TestS3Server } from './s3-server.test-kit.ts';
import { httpTransport, readBytes } from './transport.ts';
import { uploadStream } from './upload-stream.ts';

const MIB = 1024 * 1024;
const PART = 5 * MIB;

describe('bytes that come one by one', () => {
  const content = randomBytes(11 * MIB + 7);
  let server: TestS3Server;
  let client: S3Client;

  beforeAll(async () => {
    const started = await startS3Server();
    if (started === undefined) return;
    server = started;
    await server.createBucket('bucket');
    const { serviceUrl, credentials } = server;
    const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 };
    client = new S3Client({ serviceUrl, credentials, transport: httpTransport(), retry });
  });
  afterAll(() => server?.stop());
  beforeEach((context) => requireS3Server(context));

  const at = (key: string) => ({ bucket: 'bucket', key });
  const upload = (key: string, pieces: AsyncIterable<Uint8Array>, signal?: AbortSignal) =>
    uploadStream(client, pieces, at(key), { partSize: PART }, signal);
  const openUploads = () => Array.fromAsync(client.listUploads('bucket', ''));
  const hashAt = async (key: string) => {
    const opened = await client.open(at(key));
    return opened && hashOf(await readBytes(opened.body, 20 * MIB));
  };

  async function* cut(bytes: Uint8Array, size: number, then: () => unknown = () => undefined) {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
    await then();
  }
  const never = () => new Promise(() => undefined);

  test('are an object as they are, however they were cut', async () => {
    const sizes = fc.integer({ min: 64 * 1024, max: 12 * MIB });
    const lengths = fc.constantFrom(0, 1, PART - 1, PART, PART + 1, 2 * PART, content.length);
    await fc.assert(
      fc.asyncProperty(sizes, lengths, async (size, length) => {
        const bytes = content.subarray(0, length);
        expect(await upload('whole', cut(bytes, size))).toBe(length);
        expect(await hashAt('whole')).toBe(hashOf(bytes));
      }),
      { numRuns: 3 },
    );
    expect(await openUploads()).toEqual([]);
  });

  test('arrive though parts are refused and answers lost, that of the last request among them', async () => {
    server.proxy.trouble('PUT', { kind: 'refuse', status: 503, code: 'SlowDown' });
    server.proxy.trouble('PUT', { kind: 'lose-answer' });
    const pieces = cut(content, MIB, () => {
      server.proxy.trouble('POST', { kind: 'lose-answer' });
    });
    expect(await upload('troubled', pieces)).toBe(content.length);
    expect(await hashAt('troubled')).toBe(hashOf(content));
    expect(await openUploads()).toEqual([]);
  });

  test('are not held once they are sent', async () => {
    async function* many() {
      for (let size = 0; size < 60 * MIB; size += MIB) yield Buffer.alloc(MIB);
      // Two parts, and what the proxy of the test has of them; what is garbage is freed beside this thread.
      await vi.waitFor(() => expect(heldBytes() - before).toBeLessThan(35 * MIB), { timeout: 30_000 });
    }
    const before = heldBytes();
    await upload('many', many(), new AbortController().signal);
  });

  test.each([
    ['before there is a part', 1000],
    ['after some parts', content.length],
  ])('leave nothing where they break off %s', async (_when, length) => {
    const pieces = cut(content.subarray(0, length), MIB, () => Promise.reject(new Error('reset')));
    await expect(upload('broken', pieces)).rejects.toThrow('reset');
    expect(await client.head(at('broken'))).toBeUndefined();
    expect(await openUploads()).toEqual([]);
  });

  test('leave nothing where they stand still, and are not waited for any more', async () => {
    const leaving = new AbortController();
    const pieces = cut(content, MIB, () => {
      leaving.abort(new Error('left'));
      return never();
    });
    await expect(upload('left', pieces, leaving.signal)).rejects.toThrow('left');
    expect(await client.head(at('left'))).toBeUndefined();
    expect(await openUploads()).toEqual([]);
  });

  test('leave nothing where a part is refused while the next one is awaited', async () => {
    const refused = server.proxy.trouble('PUT', { kind: 'refuse', status: 403, code: 'AccessDenied' });
    const pieces = cut(content.subarray(0, PART + 1), MIB, () => refused);
    await expect(upload('refused', pieces)).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(await client.head(at('refused'))).toBeUndefined();
    expect(await openUploads()).toEqual([]);
  });
});

function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
