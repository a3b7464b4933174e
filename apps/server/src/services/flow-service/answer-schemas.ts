import { type TSchema, Type } from 'typebox';

/** Schemas of answers. They document; what is sent is the stored document as it is (see `index.ts`). */

export const Reference = Type.Object(
  { id: Type.String(), etag: Type.String({ description: 'with its quotation marks' }) },
  { description: 'Id and etag of what was written' },
);

const open = { additionalProperties: true };

/** A stored document: its own body and the envelope. */
export function shownAs(body: TSchema): TSchema {
  const envelope = Type.Object(
    {
      id: Type.String(),
      createdAt: Type.Integer({ description: 'epoch milliseconds' }),
      updatedAt: Type.Integer({ description: 'epoch milliseconds' }),
      createdBy: Type.String(),
      updatedBy: Type.String(),
      createdClient: Type.String(),
      updatedClient: Type.String(),
      sandboxId: Type.String(),
      sandboxName: Type.String(),
      imsOrgId: Type.String(),
      version: Type.String(),
      etag: Type.String(),
      state: Type.String(),
    },
    open,
  );
  return Type.Intersect([envelope, body]);
}

export function listOf(item: TSchema): TSchema {
  return Type.Object({
    items: Type.Array(item),
    _links: Type.Object({ next: Type.Optional(Type.Object({ href: Type.String() })) }),
    count: Type.Optional(Type.Integer({ description: 'with count=true only' })),
  });
}

export function oneOf(item: TSchema): TSchema {
  return Type.Object({ items: Type.Array(item, { minItems: 1, maxItems: 1 }) });
}

/** A document whose keys are told elsewhere. */
export const AnyObject = Type.Object({}, open);

/** The body of every refusal. */
const Failure = Type.Object({
  type: Type.String({ examples: ['https://ns.adobe.com/aep/errors/FLOW-1439-404'] }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  report: Type.Object(
    {
      'detailed-message': Type.String(),
      'request-id': Type.String(),
      violations: Type.Optional(
        Type.Array(
          Type.Object({ path: Type.String(), message: Type.String(), code: Type.Optional(Type.String()) }),
        ),
      ),
    },
    open,
  ),
  errorMessage: Type.String(),
  errorDetails: Type.String(),
});

/** The answers of one route, with the refusals that any route may give. */
export function answers(success: Readonly<Record<number, TSchema>>): Record<string, TSchema> {
  return { ...success, '4xx': Failure };
}

export const Id = Type.Object({ id: Type.String() });
