import { type Static, Type } from 'typebox';

/** A Catalog object as it is shown: its properties under its id. */
export type ShownObject = Readonly<Record<string, unknown>>;

const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;

const Limit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: MAX_LIMIT,
    description: `From 1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} where absent.`,
  }),
);
const Start = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'Objects to leave out first.' }),
);

const Properties = Type.Optional(
  Type.String({
    maxLength: 2_000,
    description: 'The properties of the first level to answer, comma-separated.',
  }),
);

/** Parameters that every list takes. */
export const pageParameters = {
  limit: Limit,
  start: Start,
  orderBy: Type.Optional(
    Type.String({
      maxLength: 500,
      description: 'Such as `name,desc:created`. The newest come first where absent.',
    }),
  ),
  properties: Properties,
};

/** What a look-up of single objects takes. */
export const LookUpQuery = Type.Object({ properties: Properties });

/** Limit and offset may come as headers too; parameters of the query go before them. */
export const PageHeaders = Type.Object({ limit: Limit, start: Start });

/** The part of a list to answer. */
export interface Page {
  readonly start: number;
  readonly limit: number;
}

type PageOptions = Static<typeof PageHeaders>;

/** The page that a request asks for. */
export function pageOf(query: PageOptions, headers: PageOptions): Page {
  return {
    start: query.start ?? headers.start ?? 0,
    limit: query.limit ?? headers.limit ?? DEFAULT_LIMIT,
  };
}

/** The names that a `properties` parameter lists; undefined where it asks for all. */
export function wantedProperties(properties: string | undefined): ReadonlySet<string> | undefined {
  return properties === undefined ? undefined : new Set(properties.split(',').map((name) => name.trim()));
}

/** The object with only the properties that `properties` lists. */
export function withProperties(shown: ShownObject, properties: string | undefined): ShownObject {
  const wanted = wantedProperties(properties);
  if (wanted === undefined) return shown;
  return Object.fromEntries(Object.entries(shown).filter(([name]) => wanted.has(name)));
}

/** A property's value as text; what is missing or has parts of its own is the empty text. */
export function textOf(value: unknown): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}
