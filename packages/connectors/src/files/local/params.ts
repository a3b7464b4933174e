import { isAbsolute } from 'node:path';
import { parseAuthParams, refusedParams } from '../../auth-params.ts';

/** The parameters of a base connection to a folder of the server's own machine. */
export interface LocalFolderParams {
  /** Absolute. */
  readonly folder: string;
}

/**
 * Reads the auth parameters of a base connection.
 *
 * @throws SourceError `refused` that names the parameter and never its value.
 */
export function parseLocalFolderParams(authSpecName: string, params: unknown): LocalFolderParams {
  return parseAuthParams<LocalFolderParams>(
    {
      'Local Folder': (given) => {
        const folder = given.text('folder');
        if (!isAbsolute(folder) || folder.includes('\0'))
          throw refusedParams(
            'auth.params.folder: must be an absolute path on the server, such as /srv/incoming',
          );
        return { folder };
      },
    },
    authSpecName,
    params,
  );
}
