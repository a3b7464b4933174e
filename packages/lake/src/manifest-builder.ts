import type { DataFile } from './data-file.ts';
import { type ManifestContext, type ManifestEntry, ManifestWriter } from './manifest.ts';
import type { ManifestFile } from './manifest-list.ts';
import type { SnapshotId } from './snapshots.ts';

/** The snapshot that is being written. */
export interface NewSnapshot {
  readonly id: SnapshotId;
  readonly sequenceNumber: number;
}

export interface EncodedManifest {
  readonly content: Buffer;
  /** All that the manifest list says of it but where it lies. */
  readonly figures: Omit<ManifestFile, 'manifestPath'>;
}

/** Writes a manifest of a new snapshot and counts what the manifest list says of it. */
export class ManifestBuilder {
  readonly #context: ManifestContext;
  readonly #content: ManifestFile['content'];
  readonly #snapshot: NewSnapshot;
  readonly #writer: ManifestWriter;
  readonly #counts = { added: newCount(), existing: newCount(), deleted: newCount() };
  #minSequenceNumber: number;

  constructor(context: ManifestContext, content: ManifestFile['content'], snapshot: NewSnapshot) {
    this.#context = context;
    this.#content = content;
    this.#snapshot = snapshot;
    this.#writer = new ManifestWriter(context, content);
    this.#minSequenceNumber = snapshot.sequenceNumber;
  }

  /** A file new in the snapshot. */
  added(file: DataFile): void {
    this.#writer.added(this.#snapshot.id, file);
    count(this.#counts.added, file);
  }

  /** A file that an earlier snapshot added, with all that it inherited. */
  existing(entry: ManifestEntry): void {
    this.#writer.existing(entry);
    count(this.#counts.existing, entry.dataFile);
    this.#minSequenceNumber = Math.min(this.#minSequenceNumber, entry.sequenceNumber);
  }

  /** A file that goes with the snapshot. */
  deleted(entry: ManifestEntry): void {
    this.#writer.deleted(this.#snapshot.id, entry);
    count(this.#counts.deleted, entry.dataFile);
  }

  finish(): EncodedManifest {
    const { added, existing, deleted } = this.#counts;
    const content = this.#writer.finish();
    return {
      content,
      figures: {
        manifestLength: content.length,
        partitionSpecId: this.#context.partitionSpec['spec-id'],
        content: this.#content,
        sequenceNumber: this.#snapshot.sequenceNumber,
        minSequenceNumber: this.#minSequenceNumber,
        addedSnapshotId: this.#snapshot.id,
        addedFilesCount: added.files,
        existingFilesCount: existing.files,
        deletedFilesCount: deleted.files,
        addedRowsCount: added.rows,
        existingRowsCount: existing.rows,
        deletedRowsCount: deleted.rows,
      },
    };
  }
}

interface Count {
  files: number;
  rows: number;
}

function newCount(): Count {
  return { files: 0, rows: 0 };
}

function count(count: Count, { recordCount }: DataFile): void {
  count.files += 1;
  count.rows += recordCount;
}
