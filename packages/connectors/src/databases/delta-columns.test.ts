import { describe, expect, test } from 'vitest';
import { deltaColumnsOf, deltaNotices, type TimeColumn } from './delta-columns.ts';

function time(name: string, told: Partial<TimeColumn> = {}): TimeColumn {
  return { name, isIndexed: false, isNullable: false, isInstant: true, movesByItself: false, ...told };
}

describe('a column that moves with every change', () => {
  test.each([
    ...[
      'updated_at',
      'UpdatedAt',
      'update_time',
      'last_updated',
      'lastModifiedDate',
      'modified',
      'modified_on',
    ],
    ...['date_changed', 'changed_at', 'mtime', 'LAST_UPDATE', 'systemmodified_ts'],
  ])('is known by its name: %s', (name) => {
    const known = name !== 'systemmodified_ts';
    expect(deltaColumnsOf([time(name)])).toEqual(known ? [name] : []);
  });

  test.each(['created_at', 'birth', 'deleted_at', 'exchange_date', 'model_year', 'candidate'])(
    'is not any time: %s',
    (name) => {
      expect(deltaColumnsOf([time(name)])).toEqual([]);
    },
  );

  test('is better where the database moves it, where it is never null, indexed, and tells its zone', () => {
    const columns = [
      time('updated_local', { isInstant: false }),
      time('modified_at', { isNullable: true, isIndexed: true }),
      time('changed_at', { isIndexed: true }),
      time('updated_at'),
      time('stamp', { movesByItself: true, isNullable: true }),
    ];
    expect(deltaColumnsOf(columns)).toEqual([
      'stamp',
      'changed_at',
      'updated_at',
      'updated_local',
      'modified_at',
    ]);
  });
});

describe('people are told', () => {
  test('that nothing tells changes, and of what might', () => {
    expect(deltaNotices([time('created_at')], 'UTC').join()).toContain('one of created_at does');
    expect(deltaNotices([], 'UTC')).toEqual([]);
  });

  test('that rows without a stamp are read once, and in which zone stamps are taken to be', () => {
    const column = time('updated_at', { isNullable: true, isInstant: false });
    expect(deltaNotices([column], 'UTC')).toHaveLength(1);
    expect(deltaNotices([column], 'Europe/Berlin').join()).toMatch(/is null .* is read as Europe\/Berlin/);
  });
});
