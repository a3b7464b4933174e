import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext, type SFTPWrapper } from 'ssh2';

/** A server that takes a password, which OpenSSH's only takes of accounts of the machine. It has one empty folder. */
export interface PasswordServer {
  readonly port: number;
  readonly password: string;
  stop(): Promise<void>;
}

const PASSWORD = 'pass word/ü';

/** `asks`: by `password`, or in its own words (`keyboard-interactive`). */
export async function startPasswordServer(
  asks: 'password' | 'keyboard-interactive',
): Promise<PasswordServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-ssh-'));
  const hostKey = join(folder, 'host');
  execFileSync('ssh-keygen', ['-q', '-f', hostKey, '-t', 'ed25519', '-N', '']);
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => authenticate(context, asks));
    client.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => serveEmptyFolder(acceptSftp()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // a TCP server's address has a port
    password: PASSWORD,
    async stop() {
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

function authenticate(context: AuthContext, asks: 'password' | 'keyboard-interactive'): void {
  if (context.method === 'password' && asks === 'password') {
    if (context.password === PASSWORD) context.accept();
    else context.reject(['password']);
  } else if (context.method === 'keyboard-interactive' && asks === 'keyboard-interactive') {
    context.prompt([{ prompt: 'Secret word, please: ', echo: false }], (answers) => {
      if (answers[0] === PASSWORD) context.accept();
      else context.reject();
    });
  } else context.reject([asks]);
}

function serveEmptyFolder(sftp: SFTPWrapper): void {
  const { EOF, OK } = ssh2.utils.sftp.STATUS_CODE;
  sftp.on('OPENDIR', (id) => sftp.handle(id, Buffer.from('folder')));
  sftp.on('READDIR', (id) => sftp.status(id, EOF));
  sftp.on('CLOSE', (id) => sftp.status(id, OK));
}
