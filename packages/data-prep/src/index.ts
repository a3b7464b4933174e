export type { Placeholders, SourceColumns } from './bind-scope.ts';
export { columnsRead } from './columns-read.ts';
export { type EmitContext, emitExpression, emitTarget } from './emit.ts';
export { columnsOfRows } from './mapping/columns-of-rows.ts';
export { MOST_NESTED_LEVELS, NOT_NESTED, nestingWithin } from './mapping/nesting.ts';
export { type PathReading, readPath } from './mapping/path.ts';
export {
  type MappingError,
  type MappingErrorCode,
  type MappingPlanRequest,
  type MappingPlanResult,
  planMappings,
} from './mapping/plan-mappings.ts';
export {
  type MappingInput,
  type MappingSourceType,
  type MappingsReading,
  readMappings,
  storedSourceType,
  type UnreadableMapping,
} from './mapping/read-mappings.ts';
export { readSchemaPattern, type SchemaPattern } from './mapping/schema-pattern.ts';
export { MAXIMUM_EXPRESSION_LENGTH, type ParseResult, parseExpression } from './parse.ts';
export type { EmittedSql, ExpressionType, MappingPlan, PlanExpression, PlannedTarget } from './plan.ts';
export {
  type FunctionRecord,
  listFunctions,
  listOperators,
  type OperatorRecord,
  type ParameterRecord,
} from './records.ts';
export { bindOnce } from './sql/emitted.ts';
export { quoteIdentifier, quoteLiteral } from './sql/quote.ts';
export { offsetShape } from './sql/shaped.ts';
export { sqlTypeOf } from './sql/types.ts';
export {
  type SampledColumn,
  type SuggestedMapping,
  type SuggestionRequest,
  suggestMappings,
} from './suggest-mappings/suggest-mappings.ts';
export type { ExpressionError, ExpressionErrorCode, Position } from './syntax/error.ts';
export type { Expression, Span } from './syntax/expression.ts';
export { printExpression } from './syntax/print.ts';
export {
  type ExpressionPlanOptions,
  type ExpressionPlanResult,
  planExpression,
} from './validate.ts';
export { evaluateChunk, type ScalarFunction, scalarFunction } from './vectorised/scalar-function.ts';
export { scalarFunctions } from './vectorised/scalar-functions.ts';
