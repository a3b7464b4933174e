import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import avro from 'avsc';
import { IcebergFormatError } from './fields.ts';

/*
 * Avro object container files (Avro spec, "Object Container Files"). Written by hand around avsc's datum
 * encoding, because readers need the writer's schema word for word (its field ids) and the metadata map that
 * Iceberg asks for.
 */

const MAGIC = Buffer.from('Obj\u0001', 'latin1');
const SYNC_BYTES = 16;
/** A block is closed when its records, uncompressed, reach this many bytes. */
const BLOCK_BYTES = 64 * 1024;

/** An Avro schema as JSON; what it holds is checked by avsc when it is compiled. */
export type AvroSchema = object;

const HEADER = avro.Type.forSchema({ type: 'map', values: 'bytes' });
const LONG = avro.Type.forSchema('long');

/** Avro longs are bigints: snapshot ids use all 64 bits. */
const BIGINT_LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (long: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(long);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (long: unknown) => typeof long === 'bigint' && BigInt.asIntN(64, long) === long,
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

function compile(schema: AvroSchema): avro.Type {
  return avro.Type.forSchema(
    // avsc's own type leaves out the extra attributes that Avro allows everywhere.
    schema as Parameters<typeof avro.Type.forSchema>[0],
    { registry: { long: BIGINT_LONG }, wrapUnions: 'never' },
  );
}

/** Builds one container file; memory is the compressed file and one open block. */
export class AvroFileWriter {
  readonly #type: avro.Type;
  readonly #sync = randomBytes(SYNC_BYTES);
  readonly #parts: Buffer[];
  #block: Buffer[] = [];
  #blockBytes = 0;

  constructor(schema: AvroSchema, metadata: Readonly<Record<string, string>>) {
    this.#type = compile(schema);
    const entries = Object.entries({
      ...metadata,
      'avro.schema': JSON.stringify(schema),
      'avro.codec': 'deflate',
    });
    const header = Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value)]));
    this.#parts = [MAGIC, HEADER.toBuffer(header), this.#sync];
  }

  append(record: object): void {
    const datum = this.#type.toBuffer(record);
    this.#block.push(datum);
    this.#blockBytes += datum.length;
    if (this.#blockBytes >= BLOCK_BYTES) this.#closeBlock();
  }

  finish(): Buffer {
    this.#closeBlock();
    return Buffer.concat(this.#parts);
  }

  #closeBlock(): void {
    if (this.#block.length === 0) return;
    const data = deflateRawSync(Buffer.concat(this.#block));
    this.#parts.push(LONG.toBuffer(this.#block.length), LONG.toBuffer(data.length), data, this.#sync);
    this.#block = [];
    this.#blockBytes = 0;
  }
}

export interface AvroFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** Decoded one block at a time. */
  records(): Generator<unknown>;
}

/**
 * Reads a container file by the schema it was written with. `readerSchema` gives fields their names by field
 * id, since Iceberg identifies columns by id and not by name (Iceberg spec, "Column Projection").
 */
export function readAvroFile(content: Buffer, readerSchema: AvroSchema): AvroFile {
  if (!content.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new IcebergFormatError('Avro file', 'must begin with the bytes "Obj" and 1');
  }
  const header = decode(HEADER, content, MAGIC.length);
  // HEADER is a map of bytes, so this is what it decodes to.
  const metadata = Object.fromEntries(
    Object.entries(header.value as Record<string, Buffer>).map(([key, value]) => [key, value.toString()]),
  );
  const sync = content.subarray(header.offset, header.offset + SYNC_BYTES);
  const type = compile(nameById(JSON.parse(metadata['avro.schema'] ?? 'null'), fieldNames(readerSchema)));
  const inflate = decompressor(metadata['avro.codec'] ?? 'null');

  return {
    metadata,
    *records() {
      let offset = header.offset + SYNC_BYTES;
      while (offset < content.length) {
        const count = decode(LONG, content, offset);
        const length = decode(LONG, content, count.offset);
        const end = length.offset + Number(length.value);
        if (!content.subarray(end, end + SYNC_BYTES).equals(sync)) {
          throw new IcebergFormatError('Avro file', `is damaged or cut short in the block at byte ${offset}`);
        }
        const data = inflate(content.subarray(length.offset, end));
        let at = 0;
        for (let index = 0; index < Number(count.value); index++) {
          const record = decode(type, data, at);
          yield record.value;
          at = record.offset;
        }
        offset = end + SYNC_BYTES;
      }
    },
  };
}

function decode(type: avro.Type, content: Buffer, from: number): { value: unknown; offset: number } {
  const { value, offset } = type.decode(content, from);
  // avsc says -1 when the bytes end before the value does.
  if (offset < 0) throw new IcebergFormatError('Avro file', `ends within the value at byte ${from}`);
  return { value, offset };
}

function decompressor(codec: string): (data: Buffer) => Buffer {
  if (codec === 'null') return (data) => data;
  if (codec === 'deflate') return (data) => inflateRawSync(data);
  throw new IcebergFormatError('avro.codec', `"${codec}" is not supported: expected null or deflate`);
}

function fieldNames(schema: unknown, names = new Map<unknown, string>()): ReadonlyMap<unknown, string> {
  if (Array.isArray(schema)) for (const part of schema) fieldNames(part, names);
  else if (isObject(schema)) {
    if ('field-id' in schema && typeof schema.name === 'string') names.set(schema['field-id'], schema.name);
    for (const part of Object.values(schema)) fieldNames(part, names);
  }
  return names;
}

function nameById(schema: unknown, names: ReadonlyMap<unknown, string>): AvroSchema {
  if (Array.isArray(schema)) return schema.map((part) => (isObject(part) ? nameById(part, names) : part));
  if (!isObject(schema)) throw new IcebergFormatError('avro.schema', 'must be a JSON object');
  const entries = Object.entries(schema).map(([key, part]) => {
    return [key, typeof part === 'object' && part !== null ? nameById(part, names) : part];
  });
  const name = names.get(schema['field-id']);
  return { ...Object.fromEntries(entries), ...(name === undefined ? {} : { name }) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
