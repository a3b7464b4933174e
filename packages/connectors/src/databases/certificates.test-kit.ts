import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a key and a certificate for `localhost` that has signed itself, in files that a server may read. */
export function makeCertificate(folder: string): { key: string; certificate: string; pem: string } {
  const key = join(folder, 'server.key');
  const certificate = join(folder, 'server.crt');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...kind, ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { key, certificate, pem: readFileSync(certificate, 'utf8') };
}
