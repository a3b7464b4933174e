import type { FileScanTask } from '@tributary/lake';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, compactionCandidate, planCompaction } from './plan-compaction.ts';

const LIMITS = { targetBytes: 100, mostBytes: 200 };

let files = 0;
function file(bytes: number, ...deletes: FileScanTask['deleteFiles']): FileScanTask {
  const dataFile = {
    content: 'data',
    filePath: `file:///t/${files++}`,
    fileFormat: 'PARQUET',
    recordCount: 10,
    fileSizeInBytes: bytes,
  } as const;
  return { dataFile, deleteFiles: deletes };
}

/** A file that is deleted from by files of its own, so many rows by each. */
function deletedFrom(bytes: number, ...rows: readonly number[]): FileScanTask {
  const { dataFile } = file(bytes);
  const deleteFiles = rows.map((recordCount) => ({
    ...file(1).dataFile,
    content: 'position-deletes' as const,
    recordCount,
    referencedDataFile: dataFile.filePath,
  }));
  return { dataFile, deleteFiles };
}

function plan(tasks: readonly FileScanTask[]): readonly (readonly FileScanTask[])[] {
  return planCompaction(
    tasks.flatMap((task) => compactionCandidate(task, LIMITS) ?? []),
    LIMITS,
  );
}

const sizes = (groups: readonly (readonly FileScanTask[])[]) =>
  groups.map((group) => group.map((task) => bytesOf([task])));

describe('what is packed', () => {
  test.each([
    ['many small files', [1, 1, 1, 1, 1, 1], [[1, 1, 1, 1, 1, 1]]],
    ['few small ones that fill one', [40, 40], [[40, 40]]],
    ['no few small ones', [1, 1, 1, 1], []],
    ['no files of the right size', [80, 90, 100, 120, 150, 180], []],
    ['small ones beside a large one', [150, 1, 2, 1, 2, 1], [[1, 1, 1, 2, 2]]],
    ['no large one to take up some tiny ones', [70, 1, 1], []],
    ['what was packed, once there is as much again', [10, 10, 10, 10, 10, 50], [[10, 10, 10, 10, 10, 50]]],
    ['what was packed before, not with every newcomer', [60, 2, 2, 2, 2, 2], [[2, 2, 2, 2, 2]]],
    [
      'many in packs of the wished size',
      Array.from({ length: 12 }, () => 20),
      [
        [20, 20, 20, 20, 20],
        [20, 20, 20, 20, 20],
      ],
    ],
  ])('%s', (_, bytes, groups) => {
    expect(sizes(plan(bytes.map((size) => file(size))))).toEqual(groups);
  });

  test('a file of which much is deleted, by itself, and none of which little is', () => {
    expect(sizes(plan([deletedFrom(90, 1, 2), deletedFrom(95, 2)]))).toEqual([[90]]);
    expect(sizes(plan([deletedFrom(90, ...Array.from({ length: 10 }, () => 0))]))).toEqual([[90]]);
    expect(plan([deletedFrom(201, 10)])).toEqual([]);
  });

  test('a file with deletes among others, where it goes with them', () => {
    const heavy = deletedFrom(1, 9);
    expect(sizes(plan([heavy, file(1), file(1), file(1), file(1)]))).toEqual([[1, 1, 1, 1, 1]]);
  });

  test('never a file twice, never one of the right size, and never more than fits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 220 }), { maxLength: 60 }), (bytes) => {
        const groups = plan(bytes.map((size) => file(size)));
        const all = groups.flat();
        expect(new Set(all).size).toBe(all.length);
        for (const group of groups) {
          expect(group.length).toBeGreaterThan(1);
          expect(bytesOf(group)).toBeLessThanOrEqual(LIMITS.targetBytes);
          expect(Math.max(...group.map((task) => bytesOf([task])))).toBeLessThan(75);
        }
      }),
    );
  });

  test('each row a few times: after a thousand runs there are few files, and little was written anew', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 8 })), (stream) => {
        const limits = { targetBytes: 1_000, mostBytes: 2_000 };
        let table: FileScanTask[] = [];
        let [landed, rewritten] = [0, 0];
        for (const bytes of stream.take(1_000)) {
          table.push(file(bytes));
          landed += bytes;
          for (let groups = planCompaction(table, limits); groups.length > 0; ) {
            for (const group of groups) {
              rewritten += bytesOf(group);
              table = [...table.filter((task) => !group.includes(task)), file(bytesOf(group))];
            }
            groups = planCompaction(table, limits);
          }
        }
        expect(rewritten / landed).toBeLessThan(6);
        expect(table.length).toBeLessThan(25);
      }),
      { numRuns: 3 },
    );
  });
});
