import type { FileIO } from './file-io.ts';
import { type ManifestContext, ManifestWriter, manifestEntries } from './manifest.ts';
import type { ManifestFile } from './manifest-list.ts';
import type { SnapshotId } from './snapshots.ts';

/*
 * Every append adds a small manifest. Once there are many, they are rewritten as few, so that a manifest list
 * stays short and planning a scan opens few files. Manifests of the right size are left alone: what was
 * merged once is not merged again until it can grow with others, so that an append rewrites on average a
 * small part of the metadata.
 */

/**
 * Merge when so many small manifests lie there (Iceberg's default of `commit.manifest.min-count-to-merge`).
 */
const MIN_COUNT_TO_MERGE = 100;
/** A merged manifest is at most so large (Iceberg's default of `commit.manifest.target-size-bytes`). */
const TARGET_BYTES = 8 * 1024 * 1024;

export interface MergeLimits {
  readonly minCountToMerge: number;
  readonly targetBytes: number;
}

/** The limits a table sets by its properties, in Iceberg's own names. */
export function mergeLimits(properties: Readonly<Record<string, string>>): MergeLimits {
  return {
    minCountToMerge: positive(properties['commit.manifest.min-count-to-merge']) ?? MIN_COUNT_TO_MERGE,
    targetBytes: positive(properties['commit.manifest.target-size-bytes']) ?? TARGET_BYTES,
  };
}

/** Groups of small data manifests of one partition spec to rewrite as one each; none while there are few. */
export function planMerge(
  manifests: readonly ManifestFile[],
  partitionSpecId: number,
  { minCountToMerge, targetBytes }: MergeLimits,
): readonly (readonly ManifestFile[])[] {
  const small = manifests.filter(
    (manifest) =>
      manifest.content === 'data' &&
      manifest.partitionSpecId === partitionSpecId &&
      manifest.manifestLength < targetBytes / 2,
  );
  if (small.length < minCountToMerge) return [];
  return binPack(small, targetBytes).filter((bin) => bin.length > 1);
}

function binPack(
  manifests: readonly ManifestFile[],
  targetBytes: number,
): readonly (readonly ManifestFile[])[] {
  const bins: { bytes: number; manifests: ManifestFile[] }[] = [];
  for (const manifest of manifests) {
    // In order, so that files that were added together stay together.
    const open = bins.at(-1);
    if (open && open.bytes + manifest.manifestLength <= targetBytes) {
      open.bytes += manifest.manifestLength;
      open.manifests.push(manifest);
    } else {
      bins.push({ bytes: manifest.manifestLength, manifests: [manifest] });
    }
  }
  return bins.map((bin) => bin.manifests);
}

export interface MergedManifest {
  readonly content: Buffer;
  /** All that the manifest list says of it but where it lies. */
  readonly figures: Omit<ManifestFile, 'manifestPath'>;
}

/**
 * Rewrites manifests as one: live files become `existing` with all they inherited, deleted ones are dropped.
 */
export async function mergeManifests(
  io: FileIO,
  manifests: readonly ManifestFile[],
  context: ManifestContext,
  snapshot: { readonly id: SnapshotId; readonly sequenceNumber: number },
): Promise<MergedManifest> {
  const writer = new ManifestWriter(context);
  let files = 0;
  let rows = 0;
  let minSequenceNumber = snapshot.sequenceNumber;
  for (const manifest of manifests) {
    for await (const entry of manifestEntries(io, manifest)) {
      if (entry.status === 'deleted') continue;
      writer.existing(entry);
      files += 1;
      rows += entry.dataFile.recordCount;
      minSequenceNumber = Math.min(minSequenceNumber, entry.sequenceNumber);
    }
  }
  const content = writer.finish();
  return {
    content,
    figures: {
      manifestLength: content.length,
      partitionSpecId: context.partitionSpec['spec-id'],
      content: 'data',
      sequenceNumber: snapshot.sequenceNumber,
      minSequenceNumber,
      addedSnapshotId: snapshot.id,
      addedFilesCount: 0,
      existingFilesCount: files,
      deletedFilesCount: 0,
      addedRowsCount: 0,
      existingRowsCount: rows,
      deletedRowsCount: 0,
    },
  };
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
