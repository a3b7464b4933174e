import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The embedded store of a data folder was moved to a server. */
export class StoreMoved extends Error {
  override readonly name = 'StoreMoved';

  constructor(marker: string) {
    super(
      `the store of this data folder was moved to a PostgreSQL server: set DATABASE_URL. To go on with the store as it ` +
        `was before it was moved, remove ${marker}.`,
    );
  }
}

/** @throws {StoreMoved} */
export function refuseMoved(dataFolder: string): void {
  const marker = markerOf(dataFolder);
  if (existsSync(marker)) throw new StoreMoved(marker);
}

/** From here on the embedded store of a data folder is refused. */
export function markMoved(dataFolder: string): void {
  writeFileSync(markerOf(dataFolder), `${new Date().toISOString()}\n`, { mode: 0o600 });
}

function markerOf(dataFolder: string): string {
  return join(dataFolder, 'store-moved');
}
