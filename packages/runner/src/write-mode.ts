import type { TableDescription } from '@tributary/connectors';
import type { MappingPlan, PlanExpression } from '@tributary/data-prep';
import type { XdmNode } from '@tributary/xdm';
import type { FlowDocument } from './documents.ts';
import type { FlowViolation } from './prepare-flow.ts';

/**
 * What becomes of the rows that a dataset has. `append`: they stay. `upsert`: a row takes the place of those with its key.
 * `mirror`: so it does, and rows that are gone at the source go.
 */
export const WRITE_MODES = ['append', 'upsert', 'mirror'] as const;

export type WriteMode =
  | { readonly kind: 'append' }
  | {
      readonly kind: KeyedMode;
      /** Undefined: the source's own key. */
      readonly keyColumns: readonly string[] | undefined;
    };

export type KeyedMode = Exclude<(typeof WRITE_MODES)[number], 'append'>;

export type ReadWriteMode =
  | { readonly ok: true; readonly mode: WriteMode }
  | { readonly ok: false; readonly violations: readonly FlowViolation[] };

/** Reads `params.mode` and `params.keyColumns` of a flow's Copy transformation; without a mode it appends. */
export function writeModeOf({ transformations }: Pick<FlowDocument, 'transformations'>): ReadWriteMode {
  const index = transformations.findIndex(({ name }) => name === 'Copy');
  const { mode = 'append', keyColumns } = transformations[index]?.params ?? {};
  const at = `/transformations/${index}/params`;
  const kind = WRITE_MODES.find((known) => known === mode);
  if (kind === undefined) return refuse(`${at}/mode`, `must be one of ${WRITE_MODES.join(', ')}`);
  if (kind === 'append') return { ok: true, mode: { kind } };
  if (keyColumns === undefined) return { ok: true, mode: { kind, keyColumns } };
  if (!isListOfNames(keyColumns)) {
    return refuse(`${at}/keyColumns`, 'must be a list of one or more columns of the source, each once');
  }
  return { ok: true, mode: { kind, keyColumns } };
}

function isListOfNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string' && name !== '') &&
    new Set(value).size === value.length
  );
}

function refuse(path: string, message: string): ReadWriteMode {
  return { ok: false, violations: [{ path, message }] };
}

/** The key's columns by which a flow's rows are told apart. */
export function keyColumnsOf(
  { keyColumns }: Extract<WriteMode, { readonly kind: KeyedMode }>,
  table: TableDescription,
): readonly string[] {
  return keyColumns ?? table.keyColumns;
}

export type KeyMapping =
  | {
      readonly ok: true;
      /** Path of the field that each of the key's columns is mapped to, in registry names. */
      readonly key: readonly (readonly string[])[];
    }
  | { readonly ok: false; readonly violations: readonly FlowViolation[] };

/**
 * Finds the fields that the key's columns are mapped to. Each must be mapped as it is to a field of its own that is one
 * value: the rows of the table are found by it again.
 * @param seeker what needs them, for people
 */
export function keyMapping(
  keyColumns: readonly string[],
  { targets }: MappingPlan,
  schema: XdmNode,
  seeker: `the mode ${KeyedMode}` | 'a refresh',
): KeyMapping {
  if (keyColumns.length === 0) {
    const message = `the source tells of no key, and ${seeker} needs one: name its columns in the Copy transformation's params.keyColumns`;
    return { ok: false, violations: [{ path: '/transformations', message }] };
  }
  const found = keyColumns.map((column) =>
    targets.find(({ path, expression }) => isColumn(expression, column) && isOneValue(schema, path)),
  );
  const violations = keyColumns
    .filter((_, index) => found[index] === undefined)
    .map((column) => ({
      path: '/transformations',
      message: `${seeker} finds rows by the key column ${column}: map it, by an ATTRIBUTE mapping without an expression, to a field that is neither in a list nor in a map`,
    }));
  if (violations.length > 0) return { ok: false, violations };
  return { ok: true, key: found.flatMap((target) => (target === undefined ? [] : [target.path])) };
}

/** Whether a mapping takes the column as it is; that its field is of another type is no change. */
function isColumn(expression: PlanExpression, name: string): boolean {
  if (expression.kind === 'column') return expression.name === name;
  const [argument] = expression.kind === 'call' ? expression.arguments : [];
  return (
    expression.kind === 'call' &&
    expression.function === '(convert)' &&
    argument !== undefined &&
    isColumn(argument, name)
  );
}

function isOneValue(node: XdmNode | undefined, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return node?.kind === 'scalar';
  return node?.kind === 'object' && isOneValue(node.properties.get(name), rest);
}
