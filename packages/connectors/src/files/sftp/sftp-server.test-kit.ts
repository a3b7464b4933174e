import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** What is done to one connection, once so many bytes have come from the server. */
export interface SftpTrouble {
  /** `cut`: it is ended. `stall`: nothing more arrives. */
  readonly kind: 'cut' | 'stall';
  readonly afterBytes: number;
}

/** OpenSSH's server, run by the current user, that gives files to who has the key. */
export interface TestSftpServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** A private key that opens it, and one that is encrypted with the pass phrase `open sesame`; files of OpenSSH, in Base64. */
  readonly privateKey: string;
  readonly encryptedKey: string;
  readonly hostKeyFingerprint: string;
  /** Of its other keys, of other kinds. */
  readonly otherHostKeyFingerprints: readonly string[];
  /** A folder of files, and where to put others. */
  readonly folder: string;
  /** How many connections have come. */
  readonly connections: number;
  /** Makes trouble to the next connection that comes; several queue up. */
  trouble(trouble: SftpTrouble): void;
  /** How much trouble has still to come. */
  readonly troubles: number;
  /** Makes none of what has still to come. */
  calm(): void;
  stop(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';

/** Skips a test where OpenSSH's server is not installed. In CI nothing may be skipped, so there it fails. */
export function requireSshd(context: TestContext): void {
  if (existsSync(SSHD)) return;
  const problem = `${SSHD} is missing (Debian: openssh-server)`;
  if (process.env.CI) throw new Error(problem);
  process.stderr.write(`skipped, ${problem}\n`);
  context.skip(problem);
}

/** Undefined where OpenSSH's server is not installed. */
export async function startSftpServer(): Promise<TestSftpServer | undefined> {
  if (!existsSync(SSHD)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'tributary-sftp-'));
  const files = join(folder, 'files');
  mkdirSync(files);
  const key = (name: string, ...options: string[]) => makeKey(join(folder, name), options);
  const hostKey = key('host', '-t', 'ed25519', '-N', '');
  const otherHostKeys = [key('host-ecdsa', '-t', 'ecdsa', '-N', ''), key('host-rsa', '-t', 'rsa', '-N', '')];
  const userKey = key('user', '-t', 'ed25519', '-N', '');
  const encrypted = key('encrypted', '-t', 'rsa', '-b', '2048', '-m', 'pem', '-N', 'open sesame');
  const publicKeys = [userKey, encrypted].map((path) => readFileSync(`${path}.pub`, 'utf8'));
  writeFileSync(join(folder, 'authorized_keys'), publicKeys.join(''));
  const config = join(folder, 'sshd_config');
  writeFileSync(config, configOf(folder, [hostKey, ...otherHostKeys]));
  // Where sshd puts the part of it that has no rights, as Debian's service makes it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });

  const troubles: SftpTrouble[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    // One sshd for each connection, as inetd would start it, so that no free port has to be found for it.
    const sshd = spawn(SSHD, ['-i', '-f', config], { stdio: ['pipe', 'pipe', 'ignore'] });
    const end = () => {
      sockets.delete(socket);
      socket.destroy();
      sshd.kill();
    };
    for (const part of [socket, sshd, sshd.stdin, sshd.stdout]) part.on('error', end);
    socket.on('close', end);
    sshd.on('exit', end);
    socket.pipe(sshd.stdin);
    passBack(sshd.stdout, socket, troubles.shift());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address has a port
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    privateKey: readFileSync(userKey).toString('base64'),
    encryptedKey: readFileSync(encrypted).toString('base64'),
    hostKeyFingerprint: fingerprintOf(hostKey),
    otherHostKeyFingerprints: otherHostKeys.map(fingerprintOf),
    folder: files,
    get connections() {
      return connections;
    },
    trouble: (trouble) => void troubles.push(trouble),
    get troubles() {
      return troubles.length;
    },
    calm: () => void troubles.splice(0),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function passBack(from: NodeJS.ReadableStream, to: Socket, trouble: SftpTrouble | undefined): void {
  let left = trouble?.afterBytes ?? Number.POSITIVE_INFINITY;
  from.on('data', (piece: Buffer) => {
    if (left <= 0) return;
    const sent = piece.subarray(0, left);
    left -= sent.length;
    to.write(sent, () => {
      if (left <= 0 && trouble?.kind === 'cut') to.destroy();
    });
  });
}

function configOf(folder: string, hostKeys: readonly string[]): string {
  return [
    ...hostKeys.map((hostKey) => `HostKey ${hostKey}`),
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
    'Subsystem sftp internal-sftp',
    'LogLevel QUIET',
    'PidFile none',
    '',
  ].join('\n');
}

function makeKey(path: string, options: readonly string[]): string {
  execFileSync('ssh-keygen', ['-q', '-f', path, '-C', 'test', ...options]);
  return path;
}

function fingerprintOf(key: string): string {
  const told = execFileSync('ssh-keygen', ['-l', '-f', `${key}.pub`], { encoding: 'utf8' });
  return /SHA256:\S+/.exec(told)?.[0] ?? '';
}
