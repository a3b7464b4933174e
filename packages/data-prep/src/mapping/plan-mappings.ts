import type { ObjectNode, XdmNode } from '@tributary/xdm';
import { nodeAt } from '@tributary/xdm';
import type { SourceColumns } from '../bind.ts';
import { columnsRead } from '../columns-read.ts';
import type { MappingPlan, PlanExpression, PlannedTarget } from '../plan.ts';
import { canConvert } from '../sql/conversion.ts';
import { goalOfNode } from '../sql/types.ts';
import { didYouMean } from '../suggest.ts';
import type { ExpressionErrorCode, Position } from '../syntax/error.ts';
import { describeType } from '../types.ts';
import { planExpression } from '../validate.ts';
import { readPath } from './path.ts';
import type { MappingInput } from './read-mappings.ts';

export type MappingErrorCode =
  | ExpressionErrorCode
  | 'source-path'
  | 'destination-path'
  | 'unknown-destination'
  | 'destination-not-a-value'
  | 'duplicate-destination'
  | 'impossible-conversion';

/** One thing that is wrong with a mapping. */
export interface MappingError {
  /** Position of the mapping in the list, from 0. */
  readonly mapping: number;
  readonly source: string;
  readonly destination: string;
  readonly code: MappingErrorCode;
  /** Whole sentences that name the part at fault and the mend. */
  readonly message: string;
  /** Where in `source`, for errors of an expression. */
  readonly position?: Position;
  /** Names that were probably meant, best first. */
  readonly suggestions?: readonly string[];
}

export interface MappingPlanRequest {
  readonly mappings: readonly MappingInput[];
  /**
   * The columns that the mappings read. `unknown` while no source is chosen: then everything that can be checked without
   * them is, and the plan can't be emitted.
   */
  readonly columns: SourceColumns;
  /** The root of the resolved target schema. */
  readonly target: ObjectNode;
}

export type MappingPlanResult =
  | { readonly ok: true; readonly plan: MappingPlan }
  | { readonly ok: false; readonly errors: readonly MappingError[] };

/** Types the mappings of a mapping set against source and target. All that is wrong with them comes back at once. */
export function planMappings({ mappings, columns, target }: MappingPlanRequest): MappingPlanResult {
  const errors: MappingError[] = [];
  const targets: PlannedTarget[] = [];
  const taken = new Map<string, number>();
  for (const [index, mapping] of mappings.entries()) {
    const report: Report = (problem) => {
      const { source, destination } = mapping;
      errors.push({ mapping: index, source, destination, ...problem });
    };
    const expression = planSource(mapping, columns, report);
    const destination = findDestination(mapping, target, report);
    if (destination === undefined) continue;
    const key = JSON.stringify(destination.path);
    const earlier = taken.get(key);
    if (earlier !== undefined) report(duplicateDestination(mapping.destination, earlier));
    taken.set(key, earlier ?? index);
    if (expression === undefined) continue;
    const problem = conversionProblem(expression, destination.node, mapping.destination);
    if (problem !== undefined) report(problem);
    targets.push({ path: destination.path, target: destination.node, expression, source: mapping.source });
  }
  if (errors.length > 0) return { ok: false, errors };
  return {
    ok: true,
    plan: {
      targets,
      sourceColumns: [...new Set(targets.flatMap(({ expression }) => [...columnsRead(expression)]))].sort(),
    },
  };
}

type Problem = Pick<MappingError, 'code' | 'message' | 'position' | 'suggestions'>;
type Report = (problem: Problem) => void;

function planSource(
  mapping: MappingInput,
  columns: SourceColumns,
  report: Report,
): PlanExpression | undefined {
  switch (mapping.sourceType) {
    case 'STATIC':
      return { kind: 'literal', type: 'string', value: mapping.source };
    case 'ATTRIBUTE':
      return planAttribute(mapping.source, columns, report);
    case 'EXPRESSION': {
      const planned = planExpression(mapping.source, columns);
      if (planned.ok) return planned.expression;
      planned.errors.forEach(report);
      return undefined;
    }
  }
}

/** An attribute is a column under its own name, however odd; else the path that its text spells. */
function planAttribute(source: string, columns: SourceColumns, report: Report): PlanExpression | undefined {
  const reading = readPath(source);
  const name = reading.ok ? reading.segments.join('.') : source;
  if (columns === 'unknown') {
    if (reading.ok) return { kind: 'column', type: 'unknown', name };
    report({
      code: 'source-path',
      message: `The source is no path: ${reading.problem}. For an expression, set "sourceType" to "EXPRESSION".`,
    });
    return undefined;
  }
  const column =
    columns.find((candidate) => candidate.name === source) ??
    columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return { kind: 'column', type: column.type, name: column.name };
  const { suggestions, sentence } = didYouMean(
    name,
    columns.map((candidate) => candidate.name),
  );
  const kindHint = /^[\w.]*$/.test(source) ? '' : ' For an expression, set "sourceType" to "EXPRESSION".';
  report({
    code: 'unknown-column',
    message: `The source has no column "${source}".${sentence}${kindHint}`,
    suggestions,
  });
  return undefined;
}

interface Destination {
  readonly path: readonly string[];
  readonly node: XdmNode;
}

function findDestination(
  { destination }: MappingInput,
  target: ObjectNode,
  report: Report,
): Destination | undefined {
  const reading = readPath(destination);
  if (!reading.ok) {
    report({ code: 'destination-path', message: `The destination is no path: ${reading.problem}.` });
    return undefined;
  }
  const path = reading.segments;
  const found = nodeAt(target, path);
  if (!found.found) {
    const { message, suggestions } = found;
    report({ code: 'unknown-destination', message, suggestions });
    return undefined;
  }
  if (path.some((_, index) => entersCollection(target, path.slice(0, index + 1)))) {
    report({
      code: 'unsupported',
      message: `"${destination}" leads into an array or a map. Map a whole array instead, made with to_array() for example.`,
    });
    return undefined;
  }
  if (goalOfNode(found.node) !== undefined) return { path, node: found.node };
  report(notAValue(destination, found.node));
  return undefined;
}

/** Whether the last step of a path goes into an array or a map. */
function entersCollection(target: ObjectNode, path: readonly string[]): boolean {
  const parent = nodeAt(target, path.slice(0, -1));
  return parent.found && (parent.node.kind === 'array' || parent.node.kind === 'map');
}

function notAValue(destination: string, node: XdmNode): Problem {
  const children = node.kind === 'object' ? [...node.properties.keys()].slice(0, 3) : [];
  const hint =
    children.length === 0 ? '' : ` Map to one of its fields, such as "${destination}.${children[0]}".`;
  const kind =
    node.kind === 'array' ? 'an array of objects' : `${node.kind === 'object' ? 'an object' : 'a map'}`;
  return {
    code: 'destination-not-a-value',
    message: `"${destination}" is ${kind}, which no single value can fill.${hint}`,
    suggestions: children.map((child) => `${destination}.${child}`),
  };
}

function duplicateDestination(destination: string, earlier: number): Problem {
  return {
    code: 'duplicate-destination',
    message: `"${destination}" is already filled by mapping ${earlier + 1}; each destination takes one mapping.`,
  };
}

function conversionProblem(
  { type }: PlanExpression,
  node: XdmNode,
  destination: string,
): Problem | undefined {
  const goal = goalOfNode(node);
  if (goal === undefined || canConvert(type, goal)) return undefined;
  const wanted = node.kind === 'scalar' ? node.xdmType : 'array';
  const hint = node.kind === 'array' && typeof type === 'string' ? ' Wrap it in to_array(false, …).' : '';
  return {
    code: 'impossible-conversion',
    message: `A value of type ${describeType(type)} can't become the ${wanted} that "${destination}" holds.${hint}`,
  };
}
