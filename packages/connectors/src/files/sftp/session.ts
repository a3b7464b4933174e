import { createHash } from 'node:crypto';
import ssh2, { type Client, type ServerHostKeyAlgorithm, type SFTPWrapper } from 'ssh2';
import { bareHost } from '../../outbound/addresses.ts';
import type { OutboundClient } from '../../outbound/client.ts';
import { GuardedSocket } from '../../outbound/guarded-socket.ts';
import { SourceError } from '../../source.ts';
import { levelOf } from './errors.ts';
import type { SftpParams } from './params.ts';

/** An open connection with one channel for files. */
export interface SftpSession {
  /** What a call of the channel answers. A server that takes too long over it loses the connection. */
  ask<T>(call: (sftp: SFTPWrapper, done: (error: unknown, value: T) => void) => void): Promise<T>;
  /** Makes a call whose answer nobody waits for. */
  tell(call: (sftp: SFTPWrapper, done: () => void) => void): void;
  /** Resolves once it cannot be used any more. */
  readonly closed: Promise<void>;
  end(): void;
}

/** A server that has gone without a word is found out after three of these, in milliseconds. */
const KEEP_ALIVE_MS = 15_000;
const LOGIN_TIMEOUT_MS = 30_000;

/**
 * Connects and logs in; one answer may take `answerTimeoutMs`. Rejects with what `ssh2`, the socket or the policy says.
 *
 * A server has a key of each kind, and of the one that is pinned nobody knows the kind: the server is asked for one after the
 * other.
 */
export async function openSession(
  params: SftpParams,
  outbound: OutboundClient,
  answerTimeoutMs: number,
): Promise<SftpSession> {
  let mismatch: unknown;
  for (const kind of HOST_KEYS) {
    try {
      return await openWithHostKey(kind, params, outbound, answerTimeoutMs);
    } catch (error) {
      const isOther = error instanceof SourceError && error.code === MISMATCH;
      const hasNone = mismatch !== undefined && levelOf(error) === 'handshake';
      if (!isOther && !hasNone) throw error;
      mismatch ??= error;
    }
  }
  throw mismatch;
}

/** Kinds of host keys by the algorithms that prove them; first whichever the two ends prefer. */
const HOST_KEYS: readonly (readonly ServerHostKeyAlgorithm[] | undefined)[] = [
  undefined,
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
];

const MISMATCH = 'HOST_KEY_MISMATCH';

async function openWithHostKey(
  hostKeys: readonly ServerHostKeyAlgorithm[] | undefined,
  params: SftpParams,
  outbound: OutboundClient,
  answerTimeoutMs: number,
): Promise<SftpSession> {
  const socket = new GuardedSocket(outbound.policy);
  const client = new ssh2.Client();
  const failed = Promise.withResolvers<never>();
  // What comes after nobody waits for it any more is told by the callbacks of what was under way.
  failed.promise.catch(() => undefined);
  client.on('error', failed.reject);
  client.on('close', () => failed.reject(new Error('the connection was closed')));
  const pin = hostKeyPin(params.hostKeyFingerprint);
  try {
    const sftp = await Promise.race([
      logIn(client, socket, params, outbound, { verify: pin.verify, hostKeys }),
      failed.promise,
    ]);
    return {
      ask: (call) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(() => {
            reject(answerTimeout());
            socket.destroy();
          }, answerTimeoutMs);
          call(sftp, (error, value) => {
            clearTimeout(timer);
            // Nothing went wrong where it is undefined, or null.
            if (error) reject(error);
            else resolve(value);
          });
        }),
      tell: (call) => call(sftp, () => undefined),
      closed: failed.promise.catch(() => undefined),
      end: () => void client.end(),
    };
  } catch (error) {
    socket.destroy();
    throw pin.refusal() ?? error;
  }
}

function answerTimeout(): Error {
  return Object.assign(new Error('the server does not answer'), { level: 'client-timeout' });
}

interface HostCheck {
  readonly verify: (key: Buffer) => boolean;
  /** Undefined: all that are safe. */
  readonly hostKeys: readonly ServerHostKeyAlgorithm[] | undefined;
}

async function logIn(
  client: Client,
  socket: GuardedSocket,
  params: SftpParams,
  outbound: OutboundClient,
  { verify, hostKeys }: HostCheck,
): Promise<SFTPWrapper> {
  const { login, user } = params;
  const ready = new Promise<void>((resolve) => client.once('ready', resolve));
  if (login.kind === 'password') {
    // Some servers ask for the password in their own words only.
    client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) =>
      answer(prompts.map(({ echo }) => (echo ? '' : login.password))),
    );
  }
  socket.connect(params.port, bareHost(params.host));
  client.connect({
    sock: socket,
    username: user,
    ...(login.kind === 'password'
      ? { password: login.password, tryKeyboard: true }
      : {
          privateKey: login.privateKey,
          ...(login.passPhrase !== undefined && { passphrase: login.passPhrase }),
        }),
    hostVerifier: verify,
    ...(hostKeys !== undefined && { algorithms: { serverHostKey: [...hostKeys] } }),
    readyTimeout: Math.max(LOGIN_TIMEOUT_MS, outbound.connectTimeoutMs),
    keepaliveInterval: KEEP_ALIVE_MS,
    keepaliveCountMax: 3,
  });
  await ready;
  return new Promise<SFTPWrapper>((resolve, reject) => {
    client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)));
  });
}

/** Takes only the key that is pinned; any where none is. */
function hostKeyPin(fingerprint: string | undefined) {
  let found: string | undefined;
  return {
    verify(key: Buffer): boolean {
      found = createHash('sha256').update(key).digest('base64').replace(/=$/, '');
      return fingerprint === undefined || found === fingerprint;
    },
    refusal(): SourceError | undefined {
      if (fingerprint === undefined || found === undefined || found === fingerprint) return undefined;
      return new SourceError(
        'refused',
        MISMATCH,
        `SFTP: the server's host key is SHA256:${found}, not that of auth.params.hostKeyFingerprint: is it still the same server?`,
      );
    },
  };
}
