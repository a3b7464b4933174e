import { OutboundClient } from '../../outbound/client.ts';
import type { Source } from '../../source.ts';
import { type FileSourceSetup, openFileSource } from '../open-file-source.ts';
import { parseSftpParams } from './params.ts';
import { createSftpFileStore } from './sftp-file-store.ts';

/** A source over the files of an SFTP server. */
export function createSftpSource(authSpecName: string, params: unknown, setup: FileSourceSetup = {}): Source {
  const { outbound = new OutboundClient() } = setup;
  return openFileSource(createSftpFileStore(parseSftpParams(authSpecName, params), outbound), setup);
}
