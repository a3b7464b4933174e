import type { FileEntryWithStats } from 'ssh2';
import { STATUS, statusOf } from './errors.ts';
import type { SftpSession } from './session.ts';

/** The entries of a folder, batch by batch as the server lists them; links are among them. */
export async function* entriesOf(
  session: SftpSession,
  path: string,
): AsyncGenerator<readonly FileEntryWithStats[]> {
  const handle = await session.ask<Buffer>((sftp, done) => sftp.opendir(path, done));
  try {
    for (;;) {
      const batch = await nextBatch(session, handle);
      if (batch === undefined) return;
      yield batch.filter(({ filename }) => filename !== '.' && filename !== '..');
    }
  } finally {
    session.tell((sftp, done) => sftp.close(handle, done));
  }
}

async function nextBatch(session: SftpSession, handle: Buffer): Promise<FileEntryWithStats[] | undefined> {
  try {
    return await session.ask<FileEntryWithStats[]>((sftp, done) => sftp.readdir(handle, done));
  } catch (error) {
    if (statusOf(error) === STATUS.endOfFile) return undefined;
    throw error;
  }
}
