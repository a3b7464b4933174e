import { Ajv, type Options } from 'ajv';
import ajvFormats from 'ajv-formats';

// The CommonJS module's types hide that its default export is the plugin itself.
const addFormats = ajvFormats as unknown as (ajv: Ajv) => Ajv;

/** A validator of JSON Schemas that knows the usual formats and reports every violation, not only the first. */
export function createValidator(options: Options = {}): Ajv {
  return addFormats(new Ajv({ allErrors: true, strict: false, ...options }));
}
