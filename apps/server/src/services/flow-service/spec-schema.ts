import type { ErrorObject, ValidateFunction } from 'ajv';
import { createValidator } from '../../http/json-schema.ts';
import type { Violation } from '../../http/problem.ts';

const validator = createValidator();
const validators = new WeakMap<object, ValidateFunction>();

/** What of `value` the JSON Schema refuses. Paths begin with `at`, a JSON pointer; messages never hold a value. */
export function schemaViolations(schema: object, value: unknown, at: string): Violation[] {
  const validate = validatorOf(schema);
  return validate(value)
    ? []
    : (validate.errors ?? []).filter(isAboutAPlace).map((error) => toViolation(error, at));
}

function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const compiled = validator.compile(schema);
  validators.set(schema, compiled);
  return compiled;
}

/** Composite keywords only repeat that one of their parts failed, and the part's own error says which. */
function isAboutAPlace({ keyword }: ErrorObject): boolean {
  return keyword !== 'if' && keyword !== 'anyOf' && keyword !== 'allOf' && keyword !== 'oneOf';
}

function toViolation({ instancePath, keyword, params, message }: ErrorObject, at: string): Violation {
  switch (keyword) {
    case 'required':
      return { path: `${at}${instancePath}/${params.missingProperty}`, message: 'is missing' };
    case 'additionalProperties':
      return {
        path: `${at}${instancePath}/${params.additionalProperty}`,
        message: 'is not known here; remove it',
      };
    case 'enum':
      return {
        path: at + instancePath,
        message: `must be one of ${[params.allowedValues].flat().join(', ')}`,
      };
    default:
      return { path: at + instancePath, message: message ?? 'is not valid' };
  }
}
