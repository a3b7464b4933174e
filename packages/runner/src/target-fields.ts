import type { TargetField, TargetFieldType } from '@tributary/engine';
import type { IcebergSchema, IcebergType } from '@tributary/lake';

/** A table's columns as the engine writes them: names, nesting and field ids. */
export function targetFields(schema: Pick<IcebergSchema, 'fields'>): readonly TargetField[] {
  return schema.fields.map(({ id, name, type }) => ({ id, name, type: fieldType(type) }));
}

function fieldType(type: IcebergType): TargetFieldType {
  if (typeof type === 'string') return { kind: 'scalar', icebergType: type };
  switch (type.type) {
    case 'struct':
      return { kind: 'struct', fields: targetFields(type) };
    case 'list':
      return { kind: 'list', elementId: type['element-id'], element: fieldType(type.element) };
    case 'map':
      return { kind: 'map', keyId: type['key-id'], valueId: type['value-id'], value: fieldType(type.value) };
  }
}
