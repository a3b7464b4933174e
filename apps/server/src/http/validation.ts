import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';

// The CommonJS module's types hide that its default export is the plugin itself.
const addFormats = ajvFormats as unknown as (ajv: Ajv) => Ajv;

/** Bodies are taken as they are: a number in quotes is text, an unknown key is kept. */
const bodies = addFormats(new Ajv({ allErrors: true, strict: false, discriminator: true }));
/** Query and path parameters arrive as text and are read as what their schema asks for. */
const parameters = addFormats(
  new Ajv({ allErrors: true, strict: false, coerceTypes: 'array', useDefaults: true }),
);

export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodies : parameters).compile(schema);
