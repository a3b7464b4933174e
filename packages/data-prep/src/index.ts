export type { EmittedSql, ExpressionType, MappingPlan, PlanExpression, PlannedTarget } from './plan.ts';
