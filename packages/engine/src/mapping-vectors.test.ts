import { readFileSync } from 'node:fs';
import { columnsOfRows, type MappingSourceType, planMappings } from '@tributary/data-prep';
import type { ObjectNode, XdmNode } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { engineBench } from './testing/engine-bench.ts';
import { fieldsOf, list, object, scalar } from './testing/mapped.ts';

/** A documented mapping, or one that follows from the documentation: what it makes of a row. */
interface MappingVector {
  readonly expression: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly destination: string;
  readonly sourceType: MappingSourceType;
}

// Vectors without a destination are of expressions alone, and are run where expressions are.
const vectors = ['data-prep', 'semantics'].flatMap((name) => {
  const file = new URL(`../../data-prep/src/${name}.vectors.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as readonly Partial<MappingVector>[]).filter(
    (vector): vector is MappingVector => vector.destination !== undefined,
  );
});

const { engine } = engineBench();

describe('mappings', () => {
  test.each(vectors)('$expression to $destination', async (vector) => {
    const { expression, input, expected, destination, sourceType } = vector;
    const target = schemaOf(expected);
    const columns = columnsOfRows([input]);
    const mappings = [{ source: expression, destination, sourceType }];
    const planned = planMappings({ mappings, columns, target });
    if (!planned.ok) throw new Error(JSON.stringify(planned.errors));
    const rows = await engine.preview({
      plan: planned.plan,
      columns,
      target,
      fields: fieldsOf(target),
      now: new Date(),
      rows: [input],
    });
    expect(rows).toEqual([{ data: expected, errors: [] }]);
  });
});

/** The schema that a document keeps to. */
function schemaOf(document: Readonly<Record<string, unknown>>): ObjectNode {
  return object(Object.fromEntries(Object.entries(document).map(([name, value]) => [name, nodeOf(value)])));
}

function nodeOf(value: unknown): XdmNode {
  if (Array.isArray(value)) return list(nodeOf(value[0]));
  if (typeof value === 'object' && value !== null) return schemaOf(Object.fromEntries(Object.entries(value)));
  if (typeof value === 'number') return scalar('number');
  return scalar(typeof value === 'boolean' ? 'boolean' : 'string');
}
