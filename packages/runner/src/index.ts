export { describeRun } from './describe-run.ts';
export * from './documents.ts';
export { openSourceOf } from './open-source.ts';
export { type FlowPreparation, type FlowViolation, type PreparedFlow, prepareFlow } from './prepare-flow.ts';
export { type Runner, startRunner } from './runner.ts';
export { scheduleFrom } from './schedule.ts';
export { schemaLookup } from './schema-lookup.ts';
export type { RunnerLog, RunnerServices } from './services.ts';
export { type StagingFolder, stagingFolder } from './staging-folder.ts';
