import type { ObjectNode, XdmNode } from '@tributary/xdm';
import { nodeAt } from '@tributary/xdm';
import type { Placeholders, SourceColumns } from '../bind-scope.ts';
import { columnsRead } from '../columns-read.ts';
import type { MappingPlan, PlanExpression, PlannedTarget } from '../plan.ts';
import type { ExpressionErrorCode, Position } from '../syntax/error.ts';
import { planExpression } from '../validate.ts';
import { planAttribute } from './attribute.ts';
import { filledNode, inArrays, iterationsOf, unmeasuredList } from './iteration.ts';
import { narrowedNode } from './narrowed-node.ts';
import { isIndex, readPath } from './path.ts';
import type { MappingInput } from './read-mappings.ts';
import { patternProblems } from './schema-pattern.ts';

export type MappingErrorCode =
  | ExpressionErrorCode
  | 'source-path'
  | 'destination-path'
  | 'unknown-destination'
  | 'duplicate-destination'
  | 'impossible-conversion'
  | 'uncheckable-pattern';

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
  /** Texts for the placeholders of mappings that come from a template. */
  readonly placeholders?: Placeholders;
}

export type MappingPlanResult =
  | { readonly ok: true; readonly plan: MappingPlan }
  | { readonly ok: false; readonly errors: readonly MappingError[] };

/** Types the mappings of a mapping set against source and target. All that is wrong with them comes back at once. */
export function planMappings(request: MappingPlanRequest): MappingPlanResult {
  const { mappings, target } = request;
  const errors: MappingError[] = [];
  const planned: { readonly target: PlannedTarget; readonly report: Report }[] = [];
  const taken = new Map<string, number>();
  for (const [index, mapping] of mappings.entries()) {
    const report: Report = (problem) => {
      const { source, destination } = mapping;
      errors.push({ mapping: index, source, destination, ...problem });
    };
    const expression = planSource(mapping, request, report);
    const destination = findDestination(mapping, target, report);
    if (destination === undefined) continue;
    const key = JSON.stringify(destination.path);
    const earlier = taken.get(key);
    if (earlier !== undefined) report(duplicateDestination(mapping.destination, earlier));
    taken.set(key, earlier ?? index);
    const filled = expression && planTarget(mapping, destination, expression, report);
    if (filled !== undefined) planned.push({ target: filled, report });
  }
  const targets = planned.map((each) => each.target);
  for (const { target: each, report } of planned) {
    const list = unmeasuredList(each, targets);
    if (list !== undefined && errors.length === 0) report(unmeasured(list));
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

/** A list that is made of single elements is at most this long: the rest of it would be gaps. */
const LAST_ELEMENT = 255;

type Problem = Pick<MappingError, 'code' | 'message' | 'position' | 'suggestions'>;
type Report = (problem: Problem) => void;

function planSource(
  mapping: MappingInput,
  { columns, placeholders = {} }: MappingPlanRequest,
  report: Report,
): PlanExpression | undefined {
  switch (mapping.sourceType) {
    case 'STATIC':
      return { kind: 'literal', type: 'string', value: mapping.source };
    case 'ATTRIBUTE':
      return planAttribute(mapping.source, columns, report);
    case 'EXPRESSION': {
      const planned = planExpression(mapping.source, columns, { placeholders });
      if (planned.ok) return planned.expression;
      planned.errors.forEach(report);
      return undefined;
    }
  }
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
  const found = nodeAt(target, reading.segments);
  if (!found.found) {
    const { message, suggestions } = found;
    report({ code: 'unknown-destination', message, suggestions });
    return undefined;
  }
  const far = reading.segments.find(
    (segment) => Number(segment.slice(1, -1)) > LAST_ELEMENT && isIndex(segment),
  );
  if (far !== undefined) {
    report({
      code: 'destination-path',
      message: `"${destination}" is beyond the ${LAST_ELEMENT + 1} elements of a list that can be mapped one by one.`,
    });
    return undefined;
  }
  return { path: reading.segments, node: found.node };
}

function planTarget(
  { source, destination }: MappingInput,
  { path, node }: Destination,
  expression: PlanExpression,
  report: Report,
): PlannedTarget | undefined {
  const iterates = iterationsOf(path, node, expression.type);
  const narrowed = narrowedNode(inArrays(node, iterates), expression.type, destination);
  if (narrowed.ok) {
    // The lists that are iterated over stand in the destination already.
    for (const { path: field, pattern, problem } of patternProblems(
      filledNode(narrowed.node, iterates),
      destination,
    )) {
      report({
        code: 'uncheckable-pattern',
        message: `The pattern ${pattern} of "${field}" in the target schema can't be checked: ${problem}.`,
      });
    }
    return { path, target: narrowed.node, ...(iterates > 0 && { iterates }), expression, source };
  }
  const { message, suggestions } = narrowed;
  report({ code: 'impossible-conversion', message, ...(suggestions.length > 0 && { suggestions }) });
  return undefined;
}

function unmeasured(list: readonly string[]): Problem {
  const path = list.reduce((text, segment) => (isIndex(segment) ? text + segment : `${text}.${segment}`));
  return {
    code: 'destination-path',
    message: `Nothing tells how many elements "${path}" has. Map an array to "${path}", or to a field of its elements with [*] in the source as well.`,
  };
}

function duplicateDestination(destination: string, earlier: number): Problem {
  return {
    code: 'duplicate-destination',
    message: `"${destination}" is already filled by mapping ${earlier + 1}; each destination takes one mapping.`,
  };
}
