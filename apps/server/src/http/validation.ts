import type { FastifySchemaCompiler } from 'fastify';
import { createValidator } from './json-schema.ts';

/** Bodies are taken as they are: a number in quotes is text, an unknown key is kept. */
const bodies = createValidator({ discriminator: true });
/** Query and path parameters arrive as text and are read as what their schema asks for. */
const parameters = createValidator({ coerceTypes: 'array', useDefaults: true });

/** Compiles the schema of a route's part, as Fastify asks for it. */
export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodies : parameters).compile(schema);
