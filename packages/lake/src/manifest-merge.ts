import type { FileIO } from './file-io.ts';
import { type ManifestContext, manifestEntries } from './manifest.ts';
import { type EncodedManifest, ManifestBuilder, type NewSnapshot } from './manifest-builder.ts';
import type { ManifestFile } from './manifest-list.ts';

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

/**
 * Groups of small manifests of one partition spec to rewrite as one each, those of data apart from those of deletes; none
 * while there are few.
 */
export function planMerge(
  manifests: readonly ManifestFile[],
  partitionSpecId: number,
  limits: MergeLimits,
): readonly (readonly ManifestFile[])[] {
  const small = manifests.filter(
    (manifest) =>
      manifest.partitionSpecId === partitionSpecId && manifest.manifestLength < limits.targetBytes / 2,
  );
  return [...Map.groupBy(small, ({ content }) => content).values()].flatMap((alike) =>
    alike.length < limits.minCountToMerge
      ? []
      : binPack(alike, limits.targetBytes).filter((bin) => bin.length > 1),
  );
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

/**
 * Rewrites manifests of one content as one: live files become `existing` with all they inherited, deleted ones are dropped.
 */
export async function mergeManifests(
  io: FileIO,
  manifests: readonly ManifestFile[],
  context: ManifestContext,
  snapshot: NewSnapshot,
): Promise<EncodedManifest> {
  const merged = new ManifestBuilder(context, manifests[0]?.content ?? 'data', snapshot);
  for (const manifest of manifests) {
    for await (const entry of manifestEntries(io, manifest)) {
      if (entry.status !== 'deleted') merged.existing(entry);
    }
  }
  return merged.finish();
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
