import { type Static, Type } from 'typebox';
import { GivenSpecReference } from './spec-reference.ts';

const OneId = Type.Array(Type.String(), { minItems: 1, maxItems: 1 });
const Params = Type.Record(Type.String(), Type.Unknown());

export const FlowBody = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1 })),
  description: Type.Optional(Type.String()),
  flowSpec: GivenSpecReference,
  sourceConnectionIds: OneId,
  targetConnectionIds: OneId,
  transformations: Type.Array(Type.Object({ name: Type.String(), params: Params }), {
    description: "As the flow spec's transformationSpecs say: Mapping, and Copy with the delta column",
  }),
  scheduleParams: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description:
        "As the flow spec's scheduleSpec says; startTime and endTime in epoch seconds. Without it the flow runs on demand only.",
    }),
  ),
  options: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: "As the flow spec's optionSpec says" }),
  ),
  params: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: 'Another name of options' }),
  ),
  state: Type.Optional(Type.Unknown({ description: 'Refused: a new flow is enabled' })),
});

const AtMostOneId = Type.Array(Type.String(), { maxItems: 1 });

export const DraftFlowBody = Type.Object({
  ...Type.Partial(FlowBody).properties,
  flowSpec: GivenSpecReference,
  sourceConnectionIds: Type.Optional(AtMostOneId),
  targetConnectionIds: Type.Optional(AtMostOneId),
});

export type GivenFlow = Static<typeof FlowBody>;
