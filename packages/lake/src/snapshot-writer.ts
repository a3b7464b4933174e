import { randomUUID } from 'node:crypto';
import type { DataFile } from './data-file.ts';
import type { FileIO } from './file-io.ts';
import { type ManifestContext, type ManifestEntry, manifestEntries } from './manifest.ts';
import { type EncodedManifest, ManifestBuilder, type NewSnapshot } from './manifest-builder.ts';
import { type ManifestFile, manifestListToAvro, readManifestList } from './manifest-list.ts';
import { mergeLimits, mergeManifests, planMerge } from './manifest-merge.ts';
import { newSnapshotId, type Snapshot, snapshotSummary } from './snapshots.ts';
import type { StagedFiles } from './staged-files.ts';
import { metadataFolder } from './table.ts';
import { currentSnapshot, type TableMetadata } from './table-metadata.ts';
import { RequirementError } from './table-update.ts';

/** What a snapshot changes. */
export interface SnapshotChange {
  readonly dataFiles: readonly DataFile[];
  readonly deleteFiles: readonly DataFile[];
  readonly removedDataFiles: ReadonlySet<string>;
  /** Delete files that go although none of the removed data files is the only one that they are about. */
  readonly removedDeleteFiles: ReadonlySet<string>;
  /** Whether the table has the same rows afterwards. */
  readonly isReplacement: boolean;
  readonly summary: Readonly<Record<string, string>>;
  readonly now: Date;
}

/** Writes manifests and manifest list of the snapshot that follows a table's current one. */
export async function writeSnapshot(
  io: FileIO,
  staged: StagedFiles,
  metadata: TableMetadata,
  context: ManifestContext,
  change: SnapshotChange,
): Promise<Snapshot> {
  const id = newSnapshotId(metadata.snapshots);
  const parent = currentSnapshot(metadata);
  const sequenceNumber = metadata['last-sequence-number'] + 1;
  const attempt = randomUUID();
  const folder = metadataFolder(metadata);
  const build: Build = { io, staged, context, snapshot: { id, sequenceNumber }, folder, attempt, written: 0 };

  const added = [
    ...(await writeAdded(build, 'data', change.dataFiles)),
    ...(await writeAdded(build, 'deletes', change.deleteFiles)),
  ];
  const live = (await readManifestList(io, parent)).filter(isLive);
  const { manifests, removed } = await withoutRemoved(build, live, change);
  const carried = await mergeSmall(build, manifests, metadata.properties);

  const manifestList = `${folder}/snap-${id}-${attempt}.avro`;
  const snapshot: Snapshot = {
    'snapshot-id': id,
    ...(parent && { 'parent-snapshot-id': parent['snapshot-id'] }),
    'sequence-number': sequenceNumber,
    'timestamp-ms': Math.max(change.now.getTime(), metadata['last-updated-ms']),
    'manifest-list': manifestList,
    summary: snapshotSummary(
      parent,
      {
        added: [...change.dataFiles, ...change.deleteFiles],
        removed,
        isReplacement: change.isReplacement,
      },
      change.summary,
    ),
    'schema-id': context.schema['schema-id'],
  };
  await staged.write(manifestList, manifestListToAvro(snapshot, [...added, ...carried]));
  return snapshot;
}

/** A snapshot while it is being written. */
interface Build {
  readonly io: FileIO;
  readonly staged: StagedFiles;
  readonly context: ManifestContext;
  readonly snapshot: NewSnapshot;
  readonly folder: string;
  readonly attempt: string;
  /** Manifests so far. */
  written: number;
}

async function writeManifest(build: Build, { content, figures }: EncodedManifest): Promise<ManifestFile> {
  const manifestPath = `${build.folder}/${build.attempt}-m${build.written++}.avro`;
  await build.staged.write(manifestPath, content);
  return { manifestPath, ...figures };
}

async function writeAdded(
  build: Build,
  content: ManifestFile['content'],
  files: readonly DataFile[],
): Promise<readonly ManifestFile[]> {
  if (files.length === 0) return [];
  const manifest = new ManifestBuilder(build.context, content, build.snapshot);
  for (const file of files) manifest.added(file);
  return [await writeManifest(build, manifest.finish())];
}

/** Manifests without a live file end with the snapshot in which the last one went. */
function isLive({ addedFilesCount, existingFilesCount }: ManifestFile): boolean {
  return addedFilesCount + existingFilesCount > 0;
}

interface WithoutRemoved {
  readonly manifests: readonly ManifestFile[];
  /** The files that are live no more, data files and delete files. */
  readonly removed: readonly DataFile[];
}

/** Rewrites the manifests that hold a file which goes: it stays in them as `deleted`, for this snapshot alone. */
async function withoutRemoved(
  build: Build,
  live: readonly ManifestFile[],
  { removedDataFiles, removedDeleteFiles }: SnapshotChange,
): Promise<WithoutRemoved> {
  if (removedDataFiles.size + removedDeleteFiles.size === 0) return { manifests: live, removed: [] };
  const removed: DataFile[] = [];
  const manifests: ManifestFile[] = [];
  for (const manifest of live) {
    const entries = await liveEntries(build.io, manifest);
    const gone = new Set(
      entries.filter(
        ({ dataFile }) =>
          removedDataFiles.has(removedWith(dataFile)) ||
          (dataFile.content !== 'data' && removedDeleteFiles.has(dataFile.filePath)),
      ),
    );
    if (gone.size === 0) {
      manifests.push(manifest);
      continue;
    }
    removed.push(...Array.from(gone, ({ dataFile }) => dataFile));
    const rewritten = new ManifestBuilder(build.context, manifest.content, build.snapshot);
    for (const entry of entries) {
      if (gone.has(entry)) rewritten.deleted(entry);
      else rewritten.existing(entry);
    }
    manifests.push(await writeManifest(build, rewritten.finish()));
  }
  const found = new Set(removed.map(({ filePath }) => filePath));
  for (const location of removedDataFiles) {
    if (!found.has(location)) throw new RequirementError(`the table has no data file ${location} to remove`);
  }
  return { manifests, removed };
}

/** The data file with which a file goes: itself, or the only one that it deletes rows of. */
function removedWith({ content, filePath, referencedDataFile }: DataFile): string {
  return content === 'data' ? filePath : (referencedDataFile ?? '');
}

async function liveEntries(io: FileIO, manifest: ManifestFile): Promise<readonly ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  for await (const entry of manifestEntries(io, manifest))
    if (entry.status !== 'deleted') entries.push(entry);
  return entries;
}

/** Where there are many small manifests, few in their place. What this snapshot removes is told by manifests of its own. */
async function mergeSmall(
  build: Build,
  manifests: readonly ManifestFile[],
  properties: TableMetadata['properties'],
): Promise<readonly ManifestFile[]> {
  const { io, context, snapshot } = build;
  const older = manifests.filter(({ addedSnapshotId }) => addedSnapshotId !== snapshot.id);
  const replacements = new Map<ManifestFile, ManifestFile | undefined>();
  for (const bin of planMerge(older, context.partitionSpec['spec-id'], mergeLimits(properties))) {
    const [first] = bin;
    for (const manifest of bin) replacements.set(manifest, undefined);
    if (first)
      replacements.set(first, await writeManifest(build, await mergeManifests(io, bin, context, snapshot)));
  }
  return manifests.flatMap((manifest) => {
    const carried = replacements.has(manifest) ? replacements.get(manifest) : manifest;
    return carried ? [carried] : [];
  });
}
