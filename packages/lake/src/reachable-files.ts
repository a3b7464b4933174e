import type { FileIO } from './file-io.ts';
import { manifestEntries } from './manifest.ts';
import { type ManifestFile, readManifestList } from './manifest-list.ts';
import type { Snapshot } from './snapshots.ts';

/**
 * The files that only `gone` snapshots reach and no `kept` one: manifest lists, manifests, and the data and delete files that
 * are live in them. Found by what the snapshots name, not by age or folder, so that a file which a commit under way has
 * written is never among them.
 *
 * Of the entries one manifest is held at a time, besides the locations that are the answer.
 */
export async function filesOfOnly(
  io: FileIO,
  gone: readonly Snapshot[],
  kept: readonly Snapshot[],
): Promise<readonly string[]> {
  if (gone.length === 0) return [];
  const keptLists = new Set(kept.map((snapshot) => snapshot['manifest-list']));
  const lists = new Set(
    gone.map((snapshot) => snapshot['manifest-list']).filter((list) => !keptLists.has(list)),
  );
  const keptManifests = await manifestsOf(io, kept);
  const manifests = await manifestsOf(io, gone);
  for (const path of keptManifests.keys()) manifests.delete(path);

  const content = new Set<string>();
  for (const manifest of manifests.values())
    for await (const location of liveLocations(io, manifest)) content.add(location);
  if (content.size > 0) {
    for (const manifest of keptManifests.values())
      for await (const location of liveLocations(io, manifest)) content.delete(location);
  }
  return [...content, ...manifests.keys(), ...lists];
}

/** The manifests of some snapshots, each once. */
export async function manifestsOf(
  io: FileIO,
  snapshots: readonly Snapshot[],
): Promise<Map<string, ManifestFile>> {
  const manifests = new Map<string, ManifestFile>();
  for (const snapshot of snapshots)
    for (const manifest of await readManifestList(io, snapshot))
      manifests.set(manifest.manifestPath, manifest);
  return manifests;
}

async function* liveLocations(io: FileIO, manifest: ManifestFile): AsyncGenerator<string> {
  if (manifest.addedFilesCount + manifest.existingFilesCount === 0) return;
  for await (const { status, dataFile } of manifestEntries(io, manifest))
    if (status !== 'deleted') yield dataFile.filePath;
}
