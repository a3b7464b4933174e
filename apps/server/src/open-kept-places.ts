import { isDeepStrictEqual } from 'node:util';
import { LocationError, localCopies, localFileIO } from '@tributary/lake';
import type { KeptPlace, KeptPlaces } from '@tributary/runner';
import type { Configuration } from './configuration.ts';
import { type OpenPlace, openPlace } from './open-place.ts';

/** Folders of a folder. */
const FOLDERS = { staging: 'staging', diagnostics: 'diagnostics' };
/** Of a bucket, where those of organisations may lie beside them: no organisation's name begins so. */
const BUCKET_FOLDERS = { staging: '_staging', diagnostics: '_diagnostics' };

/**
 * Opens where runs keep staged pages and rejected rows: as it is configured, and as it may have been before,
 * where there may still be some.
 * @throws {ConfigurationError} where nothing can lie there, or the bucket's service refuses to list it
 */
export async function openKeptPlaces(
  { lake, staging, dataFolder }: Pick<Configuration, 'lake' | 'staging' | 'dataFolder'>,
  openedLake: OpenPlace,
  copiesFolder: string,
): Promise<KeptPlaces> {
  const current = isDeepStrictEqual(staging, lake)
    ? openedLake
    : await openPlace(staging, 'TRIBUTARY_STAGING');
  const earlier = [...(lake.kind === 'bucket' ? [openedLake] : []), ...folderAt(dataFolder)].filter(
    ({ root }) => root !== current.root,
  );
  return [keptAt(current, copiesFolder), ...earlier.map((place) => keptAt(place, copiesFolder))];
}

/**
 * None where its path has what no location can have: pages that the store names by their paths are found all
 * the same.
 */
function folderAt(folder: string): readonly OpenPlace[] {
  try {
    const io = localFileIO(folder);
    return [{ io, root: io.locationOf(folder) }];
  } catch (error) {
    if (error instanceof LocationError) return [];
    throw error;
  }
}

function keptAt({ io, root }: OpenPlace, copiesFolder: string): KeptPlace {
  const { staging, diagnostics } = io.pathOf(root) === undefined ? BUCKET_FOLDERS : FOLDERS;
  return {
    io,
    // Hardly a page is read twice: nothing is kept of it for the next reader.
    copies: localCopies(io, { folder: copiesFolder, maxBytes: 0 }),
    staging: `${root}/${staging}`,
    diagnostics: `${root}/${diagnostics}`,
  };
}
