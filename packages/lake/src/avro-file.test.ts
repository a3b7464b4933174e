import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AvroFileWriter, readAvroFile } from './avro-file.ts';

const SCHEMA = {
  type: 'record',
  name: 'entry',
  fields: [
    { name: 'path', type: 'string', 'field-id': 1 },
    { name: 'id', type: ['null', 'long'], default: null, 'field-id': 2 },
  ],
};

function write(records: readonly object[], schema: object = SCHEMA): Buffer {
  const writer = new AvroFileWriter(schema, { content: 'data' });
  for (const record of records) writer.append(record);
  return writer.finish();
}

describe('an Avro file', () => {
  test('reads back as what was written, over any number of blocks', () => {
    const record = fc.record({
      path: fc.string({ maxLength: 60_000, size: 'max' }),
      id: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        expect([...readAvroFile(write(records), SCHEMA).records()]).toEqual(records);
      }),
      { numRuns: 30 },
    );
  });

  test('is read by another implementation, which finds the schema word for word and the metadata', async () => {
    const records = Array.from({ length: 5000 }, (_, index) => ({
      path: `file-${index}`,
      id: BigInt(index),
    }));
    const decoder = new avro.streams.BlockDecoder();
    const header = new Promise<Record<string, Buffer>>((resolve) => {
      decoder.on('metadata', (_type, _codec, { meta }) => resolve(meta));
    });
    decoder.end(write(records));
    const read = [];
    for await (const { path, id } of decoder) read.push({ path, id: BigInt(id) });

    expect(read).toEqual(records);
    const { 'avro.schema': schema, content } = await header;
    expect(JSON.parse(String(schema))).toEqual(SCHEMA);
    expect(String(content)).toBe('data');
  });

  test('has its fields named by their ids, whatever the writer called them', () => {
    const theirs = JSON.parse(JSON.stringify(SCHEMA).replace('"path"', '"file_path"'));
    const file = write([{ file_path: 'a', id: null }], theirs);
    expect([...readAvroFile(file, SCHEMA).records()]).toEqual([{ path: 'a', id: null }]);
  });

  test.each([
    ['is not Avro', () => Buffer.from('PAR1'), 'must begin with'],
    ['ends within its header', () => write([{ path: 'a', id: null }]).subarray(0, 30), 'ends within'],
    [
      'ends within a block',
      () => write([{ path: 'a', id: null }]).subarray(0, -20),
      'is damaged or cut short',
    ],
    ['has another codec', () => renamedCodec(), 'avro.codec "snappyx" is not supported'],
  ])('is refused where it %s', (_, content, message) => {
    expect(() => [...readAvroFile(content(), SCHEMA).records()]).toThrow(message);
  });
});

function renamedCodec(): Buffer {
  return Buffer.from(write([]).toString('latin1').replace('deflate', 'snappyx'), 'latin1');
}
