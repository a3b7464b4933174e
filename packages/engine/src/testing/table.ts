import { columnsRead, type MappingPlan, type PlanExpression, type PlannedTarget } from '@tributary/data-prep';
import type { ColumnType, Constraints, XdmNode, XdmScalarType } from '@tributary/xdm';
import type { TargetField } from '../index.ts';
import { ICEBERG_TYPES } from './mapped.ts';

/** One mapped scalar of a table: where it goes, what it is, where it comes from. */
export interface ScalarMapping {
  /** Target path with dots. */
  readonly path: string;
  readonly xdmType: XdmScalarType;
  readonly from: PlanExpression;
  readonly constraints?: Constraints;
}

/** A target schema, its Iceberg fields and the plan that fills them. */
export interface Table {
  readonly target: XdmNode;
  readonly fields: readonly TargetField[];
  readonly plan: MappingPlan;
}

export function column(name: string, type: ColumnType = 'string'): PlanExpression {
  return { kind: 'column', type, name };
}

/** Builds the table that holds exactly the mapped paths. Field ids count from 1 in order of appearance, parents first. */
export function tableOf(mappings: readonly ScalarMapping[], required: readonly string[] = []): Table {
  const root = new Level();
  let lastId = 0;
  for (const { path, xdmType, constraints = {} } of mappings) {
    let level = root;
    const names = path.split('.');
    for (const name of names.slice(0, -1)) level = level.child(name, () => ++lastId);
    level.add(names.at(-1) ?? '', ++lastId, { kind: 'scalar', xdmType, constraints });
  }
  const targets = mappings.map(({ path, xdmType, constraints = {}, from }): PlannedTarget => {
    return {
      path: path.split('.'),
      target: { kind: 'scalar', xdmType, constraints },
      expression: from,
      source: path,
    };
  });
  return {
    target: root.node([], new Set(required)),
    fields: root.fields(),
    plan: { targets, sourceColumns: [...new Set(mappings.flatMap(({ from }) => [...columnsRead(from)]))] },
  };
}

/** One object of the schema while it is being built. */
class Level {
  readonly #members = new Map<
    string,
    { id: number; content: Level | Extract<XdmNode, { kind: 'scalar' }> }
  >();

  child(name: string, nextId: () => number): Level {
    const known = this.#members.get(name)?.content;
    if (known instanceof Level) return known;
    const content = new Level();
    this.#members.set(name, { id: nextId(), content });
    return content;
  }

  add(name: string, id: number, content: Extract<XdmNode, { kind: 'scalar' }>): void {
    this.#members.set(name, { id, content });
  }

  node(path: readonly string[], required: ReadonlySet<string>): XdmNode {
    const properties = [...this.#members].map(([name, { content }]): [string, XdmNode] => {
      return [name, content instanceof Level ? content.node([...path, name], required) : content];
    });
    const here = properties.map(([name]) => name).filter((name) => required.has([...path, name].join('.')));
    return { kind: 'object', properties: new Map(properties), required: new Set(here) };
  }

  fields(): readonly TargetField[] {
    return [...this.#members].map(([name, { id, content }]) => ({
      name,
      id,
      type:
        content instanceof Level
          ? { kind: 'struct', fields: content.fields() }
          : { kind: 'scalar', icebergType: ICEBERG_TYPES[content.xdmType] },
    }));
  }
}
