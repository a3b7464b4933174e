import { quoteIdentifier } from '@tributary/data-prep';
import type { TargetFieldType } from './transform.ts';

/**
 * SQL for a value without what XDM counts as absent: objects of nulls only, entries of a map without a value, and maps
 * without entries are null.
 */
export function withoutAbsent(type: TargetFieldType, value: string, depth = 0): string {
  if (!mayHoldAbsent(type)) return value;
  const element = `a${depth}`;
  switch (type.kind) {
    case 'scalar':
      return value;
    case 'list':
      return `list_transform(${value}, lambda ${element}: ${withoutAbsent(type.element, element, depth + 1)})`;
    case 'map': {
      const inner = withoutAbsent(type.value, `${element}."value"`, depth + 1);
      const entries = `list_transform(map_entries(${value}), lambda ${element}: {'key': ${element}."key", 'value': ${inner}})`;
      const given = `list_filter(${entries}, lambda ${element}: ${element}."value" IS NOT NULL)`;
      // A lambda over a list of one, as the entries are named twice.
      return `list_transform([${given}], lambda ${element}: CASE WHEN len(${element}) > 0 THEN map_from_entries(${element}) END)[1]`;
    }
    case 'struct': {
      const members = type.fields.map(({ name, type: inner }) => {
        const member = quoteIdentifier(name);
        return { member, inner, sql: withoutAbsent(inner, `${element}.${member}`, depth + 1) };
      });
      const packed = `struct_pack(${members.map(({ member, sql }) => `${member} := ${sql}`).join(', ')})`;
      const isPresent = members.map(({ member }) => `${element}.${member} IS NOT NULL`).join(' OR ');
      const cleaned = members.some(({ inner }) => mayHoldAbsent(inner))
        ? `list_transform([${value}], lambda ${element}: ${packed})[1]`
        : value;
      return `list_transform([${cleaned}], lambda ${element}: CASE WHEN ${isPresent} THEN ${element} END)[1]`;
    }
  }
}

function mayHoldAbsent(type: TargetFieldType): boolean {
  switch (type.kind) {
    case 'scalar':
      return false;
    case 'list':
      return mayHoldAbsent(type.element);
    case 'map':
    case 'struct':
      return true;
  }
}
