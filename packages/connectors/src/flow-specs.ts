import type { JsonSchema, PermissionsInfo } from './connection-specs.ts';
import cloudStorageToAep from './flow-specs/cloud-storage-to-aep.json' with { type: 'json' };
import crmToAep from './flow-specs/crm-to-aep.json' with { type: 'json' };

/** A named JSON Schema for one part of a flow's body. */
export interface NamedSpec {
  readonly name: string;
  readonly spec: JsonSchema;
}

/** A flow spec in the shape that `GET /flowSpecs` answers. */
export interface FlowSpec {
  readonly id: string;
  readonly name: string;
  readonly providerId: string;
  readonly version: string;
  readonly sourceConnectionSpecIds: readonly string[];
  readonly targetConnectionSpecIds: readonly string[];
  /** Schema of a flow's `options`. */
  readonly optionSpec: NamedSpec;
  /** Schemas of `transformations[].params`, by the transformation's name. */
  readonly transformationSpecs: readonly NamedSpec[];
  /** Schema of `scheduleParams`, once numeric strings are numbers. */
  readonly scheduleSpec: NamedSpec & { readonly type: string };
  readonly attributes: {
    readonly isSourceFlow: boolean;
    readonly flacValidationSupported: boolean;
    readonly isDraftModeSupported: boolean;
    readonly frequency: string;
    readonly notification: JsonSchema;
  };
  readonly permissionsInfo: PermissionsInfo;
}

const specs = [crmToAep, cloudStorageToAep];

/** Both serve tabular sources: the platform's tutorial looks up the first and creates its flow with the second. */
export const flowSpecs: readonly FlowSpec[] = specs;

/** Lets flows of any spec begin at a source of this connection spec; see `addSource`. */
export function addToFlowSpecs(connectionSpecId: string): void {
  for (const spec of specs) spec.sourceConnectionSpecIds.push(connectionSpecId);
}

export function flowSpecById(id: string): FlowSpec | undefined {
  return flowSpecs.find((spec) => spec.id === id);
}

export function flowSpecByName(name: string): FlowSpec | undefined {
  return flowSpecs.find((spec) => spec.name === name);
}
