import { type TSchema, Type } from 'typebox';

/** Schemas of answers. They document; fields that are not named here are sent all the same. */

const open = { additionalProperties: true };
const Timestamp = Type.Integer({ description: 'epoch milliseconds' });

const envelope = {
  createdDate: Timestamp,
  modifiedDate: Timestamp,
  createdBy: Type.String(),
  modifiedBy: Type.String(),
};

const SchemaReference = Type.Object(
  { id: Type.String(), contentType: Type.String() },
  { description: '$id and version of a schema' },
);

export const ShownMapping = Type.Object(
  {
    id: Type.String({ description: '32 hexadecimal digits' }),
    version: Type.Integer(),
    ...envelope,
    sourceType: Type.String({
      description:
        'text/x.schema-path (an attribute), text/x.aep-xl (an expression) or text/plain (a constant)',
    }),
    source: Type.String(),
    destination: Type.String(),
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    expressionAttributes: Type.Optional(
      Type.Array(Type.String(), { description: 'The paths that the expression reads' }),
    ),
    identity: Type.Boolean(),
    primaryIdentity: Type.Boolean(),
    matchScore: Type.Number({ description: 'Of suggestions, from 0 to 1; else 0' }),
    sourceAttribute: Type.String({ description: 'The older name of source' }),
    destinationXdmPath: Type.String({ description: 'The older name of destination' }),
  },
  open,
);

const Lossy = Type.Object({
  source: Type.String(),
  destination: Type.String(),
  message: Type.String(),
});

/** What a change of a mapping set says beside the set itself. */
const Warnings = Type.Optional(
  Type.Array(Lossy, { description: 'Values that may be lost; only where the source columns are known' }),
);

export const ShownMappingSet = Type.Object(
  {
    id: Type.String(),
    version: Type.Integer({ description: 'From 1; each change makes the next' }),
    ...envelope,
    name: Type.Optional(Type.String()),
    allowNullValues: Type.Boolean(),
    outputSchema: Type.Object(
      {
        schemaRef: SchemaReference,
        jsonSchema: Type.Optional(Type.Object({}, { ...open, description: 'With expandSchema=true only' })),
      },
      open,
    ),
    mappings: Type.Array(ShownMapping),
    status: Type.String(),
    supportVersion: Type.String(),
    xdmSchema: Type.String({ description: 'The older place of outputSchema.schemaRef.id' }),
    warnings: Warnings,
  },
  open,
);

export const MappingSetPage = Type.Object({
  data: Type.Array(ShownMappingSet),
  _page: Type.Object({ count: Type.Integer({ description: 'Sets on this page' }), limit: Type.Integer() }),
  _links: Type.Object({
    next: Type.Optional(Type.Object({ href: Type.String(), templated: Type.Boolean() })),
  }),
});

/** One thing that is wrong with a mapping, or with what it made of a row. */
const MappingFault = Type.Object(
  {
    destination: Type.String(),
    exception: Type.String({ description: 'What is wrong, and the mend' }),
    source: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    sourceType: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    columnName: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    code: Type.String(),
  },
  open,
);

const faults = Type.Union([Type.Array(MappingFault), Type.Null()]);

export const ValidationAnswer = Type.Object({
  validationResponse: Type.Array(
    Type.Object(
      { status: Type.Union([Type.Literal('SUCCESS'), Type.Literal('FAILED')]), errors: faults },
      {
        ...open,
        description: 'One for each mapping, in order; then one for each field that no mapping fills',
      },
    ),
  ),
});

export const PreviewAnswer = Type.Array(
  Type.Object({ data: Type.Object({}, open), errors: faults }, { description: 'One for each row, in order' }),
);

const Text = Type.Union([Type.String(), Type.Null()]);

/** A mapping set that is not stored yet. */
export const SuggestionAnswer = Type.Object(
  {
    id: Type.Null(),
    status: Type.Literal('DRAFT'),
    outputSchema: Type.Object({ schemaRef: SchemaReference }),
    xdmSchema: Type.String(),
    mappings: Type.Array(
      Type.Object(
        {
          sourceType: Type.String(),
          source: Type.String(),
          destination: Text,
          matchScore: Type.Number({ minimum: 0, maximum: 1, description: 'How probable, from 0 to 1' }),
          sourceAttribute: Type.String(),
          destinationXdmPath: Text,
        },
        { ...open, description: 'The surest first; destination is null for a column without a suggestion' },
      ),
    ),
  },
  open,
);

export const FunctionList = Type.Array(
  Type.Object({
    category: Type.String(),
    function: Type.String(),
    description: Type.String(),
    syntax: Type.String(),
    returns: Type.String(),
    returnType: Type.String({ description: 'As a Java class' }),
    example: Type.String(),
    result: Type.String(),
    params: Type.Array(
      Type.Object({
        name: Type.String(),
        description: Type.String(),
        type: Type.String(),
        dataType: Type.String({ description: "In the JVM's notation" }),
        position: Type.Integer({ description: 'From 1' }),
      }),
    ),
    since: Type.Number(),
  }),
);

export const OperatorList = Type.Array(
  Type.Object({
    operatorSymbol: Type.String(),
    methodName: Type.String(),
    numberOfOperands: Type.Integer(),
    description: Type.String(),
    example: Type.String(),
  }),
);

export const ExpressionValidation = Type.Object({
  validationStatus: Type.Union([Type.Literal('succeeded'), Type.Literal('failed')]),
  error: Type.String({ description: 'none, or everything that is wrong in one text' }),
  errors: Type.Optional(
    Type.Array(
      Type.Object(
        {
          code: Type.String(),
          message: Type.String(),
          position: Type.Object(
            {
              line: Type.Integer({ description: 'From 1' }),
              column: Type.Integer({ description: 'From 1' }),
            },
            open,
          ),
        },
        open,
      ),
    ),
  ),
});

const Failure = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Array(
      Type.Object({ path: Type.String(), message: Type.String(), code: Type.Optional(Type.String()) }),
    ),
  },
  { description: 'Everything that is wrong with the request, with its places' },
);

/** The answers of one route, with the refusals that any route may give. */
export function answers(success: Readonly<Record<number, TSchema>>): Record<string, TSchema> {
  return { ...success, '4xx': Failure };
}
