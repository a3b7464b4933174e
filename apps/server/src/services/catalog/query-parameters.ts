import { Type } from 'typebox';

/** Filters that lists of several types of objects take. */

export const Values = (property: string) =>
  Type.Optional(
    Type.String({
      maxLength: 2_000,
      description: `Values of ${property}, comma-separated: objects with any of them, or after \`!\` with none.`,
    }),
  );

export const Numbers = (property: string) =>
  Type.Optional(
    Type.String({
      maxLength: 2_000,
      pattern: '^!?\\d+(,\\d+)*$',
      description: `Numbers that ${property} may be, comma-separated: objects with any of them, or after \`!\` with none.`,
    }),
  );

export const TagsFilter = Type.Optional(
  Type.String({
    maxLength: 2_000,
    description: 'Such as `sampleTag:123456,secondTag:*`; all must be there. `*` stands for any characters.',
  }),
);

export const Property = Type.Optional(
  Type.Array(Type.String({ maxLength: 2_000 }), {
    maxItems: 20,
    description:
      'Conditions such as `name==Demo`, `version>1.0.3`, `name~^regular expression`, `name` (is there) or `!name`.',
  }),
);
