import { setTimeout as pause } from 'node:timers/promises';
import { localFileIO, readTable } from '@tributary/lake';
import { nextMetadataLocation, writeTableMetadata } from '../../packages/lake/src/table.ts';
import type { Installation, Query } from './installation.ts';
import type { Random } from './random.ts';

/*
 * The upkeep does its work once an hour, and what it removes is days old. No proof waits for that: what has
 * to pass is taken back, in the store and the tables themselves, past the product.
 */

/** Has the upkeep fall due again and again while all work. */
export async function passTime(
  { letAnHourPass }: Installation,
  quiet: AbortSignal,
  random: Random,
): Promise<void> {
  while (!quiet.aborted) {
    await pause(random.whole(8_000, 16_000), undefined, { signal: quiet }).catch(() => undefined);
    // The database may be dead just now.
    await letAnHourPass().catch(() => undefined);
  }
}

/** The upkeep is due, and has tables to look after. */
export async function letAnHourPass(query: Query): Promise<void> {
  await query(
    "update pgboss.job set start_after = now() where name = 'upkeep' and state in ('created', 'retry')",
  );
  await query("update table_pointers set upkept_at = upkept_at - interval '1 hour'");
}

const FEW_SNAPSHOTS = {
  'history.expire.max-snapshot-age-ms': '5000',
  'history.expire.min-snapshots-to-keep': '3',
};

/**
 * Lets the snapshots of all tables that are there expire within seconds, as a table may ask by its
 * properties.
 */
export async function keepFewSnapshots(lakeFolder: string, query: Query): Promise<void> {
  const io = localFileIO(lakeFolder);
  for (const { location } of await query('select metadata_location as location from table_pointers')) {
    const table = await readTable(io, String(location));
    const { metadata, metadataLocation } = table;
    const logged = {
      'timestamp-ms': metadata['last-updated-ms'],
      'metadata-file': metadataLocation,
    };
    const next = nextMetadataLocation(table);
    await writeTableMetadata(
      io,
      {
        ...metadata,
        properties: { ...metadata.properties, ...FEW_SNAPSHOTS },
        'metadata-log': [...metadata['metadata-log'], logged],
      },
      next,
    );
    await query(
      `update table_pointers set metadata_location = '${next}' where metadata_location = '${location}'`,
    );
  }
}
