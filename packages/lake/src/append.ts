import { randomUUID } from 'node:crypto';
import type { DataFile } from './data-file.ts';
import { IcebergFormatError } from './fields.ts';
import type { FileIO } from './file-io.ts';
import { type ManifestContext, ManifestWriter } from './manifest.ts';
import { type ManifestFile, manifestListToAvro, readManifestList } from './manifest-list.ts';
import { mergeLimits, mergeManifests, planMerge } from './manifest-merge.ts';
import { appendSummary, newSnapshotId, type Snapshot, type SnapshotId } from './snapshots.ts';
import { type StagedCommit, StagedFiles } from './staged-files.ts';
import { metadataFolder, nextMetadataLocation, type Table, writeTableMetadata } from './table.ts';
import {
  currentSchema,
  currentSnapshot,
  defaultPartitionSpec,
  MAIN_BRANCH,
  type TableMetadata,
} from './table-metadata.ts';
import { checkRequirements, type TableRequirement, updateTable } from './table-update.ts';

export interface Append {
  readonly files: readonly DataFile[];
  /** What the snapshot's summary says beside the counts, such as the run that made it. */
  readonly summary?: Readonly<Record<string, string>>;
  readonly requirements?: readonly TableRequirement[];
  readonly now: Date;
}

export interface StagedAppend extends StagedCommit {
  readonly snapshotId: SnapshotId;
}

/**
 * Writes all that a snapshot with some more data files needs: their manifest, a manifest list that carries
 * the earlier manifests forward, and the next table metadata. Touches nothing that exists, so the caller can
 * swap the table's pointer to `metadataLocation` in a transaction, or `discardStaged`. An append holds on any
 * state of the table (spec, "Commit Conflict Resolution and Retry"): if the pointer has moved meanwhile,
 * stage again on the newer table with the same files.
 *
 * Every data file is made durable first and must have the size it is said to have. Throws `RequirementError`
 * where the table does not meet a requirement and `IcebergFormatError` where it is partitioned; what was
 * written by then is removed.
 */
export async function stageAppend(io: FileIO, table: Table, append: Append): Promise<StagedAppend> {
  checkRequirements(table.metadata, append.requirements ?? []);
  const context = manifestContext(table.metadata);
  await persistDataFiles(io, append.files);
  const staged = new StagedFiles(io);
  try {
    const snapshot = await writeSnapshot(io, staged, table.metadata, context, append);
    const metadata = updateTable(
      table.metadata,
      table.metadataLocation,
      [
        { action: 'add-snapshot', snapshot },
        {
          action: 'set-snapshot-ref',
          'ref-name': MAIN_BRANCH,
          type: 'branch',
          'snapshot-id': snapshot['snapshot-id'],
        },
      ],
      append.now,
    );
    const metadataLocation = nextMetadataLocation(table);
    await writeTableMetadata(staged, metadata, metadataLocation);
    return { metadata, metadataLocation, snapshotId: snapshot['snapshot-id'], written: staged.written };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

function manifestContext(metadata: TableMetadata): ManifestContext {
  const partitionSpec = defaultPartitionSpec(metadata);
  if (partitionSpec.fields.length > 0) {
    throw new IcebergFormatError(
      'default-spec-id',
      'names a partitioned spec: only unpartitioned tables are written',
    );
  }
  return { schema: currentSchema(metadata), partitionSpec };
}

async function persistDataFiles(io: FileIO, files: readonly DataFile[]): Promise<void> {
  const seen = new Set<string>();
  for (const { filePath, fileSizeInBytes } of files) {
    if (seen.has(filePath)) throw new TypeError(`the data file ${filePath} is appended twice`);
    seen.add(filePath);
    await io.sync(filePath);
    const stat = await io.stat(filePath);
    if (stat?.size !== fileSizeInBytes) {
      throw new TypeError(
        `the data file ${filePath} has ${stat?.size ?? 'no'} bytes instead of ${fileSizeInBytes}`,
      );
    }
  }
}

async function writeSnapshot(
  io: FileIO,
  staged: StagedFiles,
  metadata: TableMetadata,
  context: ManifestContext,
  append: Append,
): Promise<Snapshot> {
  const id = newSnapshotId(metadata.snapshots);
  const parent = currentSnapshot(metadata);
  const sequenceNumber = metadata['last-sequence-number'] + 1;
  const attempt = randomUUID();
  const folder = metadataFolder(metadata);
  let manifestCount = 0;
  const writeManifest = async (content: Buffer): Promise<string> => {
    const location = `${folder}/${attempt}-m${manifestCount++}.avro`;
    await staged.write(location, content);
    return location;
  };

  const added = await writeAddedFiles(append.files, context, { id, sequenceNumber }, writeManifest);
  const carried = await carryForward(io, metadata, context, { id, sequenceNumber }, writeManifest);
  const manifestList = `${folder}/snap-${id}-${attempt}.avro`;
  const snapshot: Snapshot = {
    'snapshot-id': id,
    ...(parent && { 'parent-snapshot-id': parent['snapshot-id'] }),
    'sequence-number': sequenceNumber,
    'timestamp-ms': Math.max(append.now.getTime(), metadata['last-updated-ms']),
    'manifest-list': manifestList,
    summary: appendSummary(parent, append.files, append.summary ?? {}),
    'schema-id': context.schema['schema-id'],
  };
  await staged.write(manifestList, manifestListToAvro(snapshot, [...added, ...carried]));
  return snapshot;
}

interface NewSnapshot {
  readonly id: SnapshotId;
  readonly sequenceNumber: number;
}

async function writeAddedFiles(
  files: readonly DataFile[],
  context: ManifestContext,
  snapshot: NewSnapshot,
  writeManifest: (content: Buffer) => Promise<string>,
): Promise<readonly ManifestFile[]> {
  if (files.length === 0) return [];
  const writer = new ManifestWriter(context);
  for (const file of files) writer.added(snapshot.id, file);
  const content = writer.finish();
  return [
    {
      manifestPath: await writeManifest(content),
      manifestLength: content.length,
      partitionSpecId: context.partitionSpec['spec-id'],
      content: 'data',
      sequenceNumber: snapshot.sequenceNumber,
      minSequenceNumber: snapshot.sequenceNumber,
      addedSnapshotId: snapshot.id,
      addedFilesCount: files.length,
      existingFilesCount: 0,
      deletedFilesCount: 0,
      addedRowsCount: files.reduce((rows, file) => rows + file.recordCount, 0),
      existingRowsCount: 0,
      deletedRowsCount: 0,
    },
  ];
}

/** The parent's manifests, small ones merged where there are many; manifests without a live file end here. */
async function carryForward(
  io: FileIO,
  metadata: TableMetadata,
  context: ManifestContext,
  snapshot: NewSnapshot,
  writeManifest: (content: Buffer) => Promise<string>,
): Promise<readonly ManifestFile[]> {
  const manifests = await readManifestList(io, currentSnapshot(metadata));
  const live = manifests.filter((manifest) => manifest.addedFilesCount + manifest.existingFilesCount > 0);
  const bins = planMerge(live, context.partitionSpec['spec-id'], mergeLimits(metadata.properties));
  const replacements = new Map<ManifestFile, ManifestFile | undefined>();
  for (const bin of bins) {
    const { content, figures } = await mergeManifests(io, bin, context, snapshot);
    for (const manifest of bin) replacements.set(manifest, undefined);
    const [first] = bin;
    if (first) replacements.set(first, { manifestPath: await writeManifest(content), ...figures });
  }
  return live.flatMap((manifest) => {
    const carried = replacements.has(manifest) ? replacements.get(manifest) : manifest;
    return carried ? [carried] : [];
  });
}
