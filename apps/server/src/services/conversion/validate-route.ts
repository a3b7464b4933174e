import { type MappingError, storedSourceType } from '@tributary/data-prep';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, ValidationAnswer } from './answer-schemas.ts';
import { type CheckedMappingSet, checkMappingSet } from './check-mapping-set.ts';
import { inputColumns } from './input-columns.ts';
import { mappingSetBody } from './mapping-set-body.ts';
import type { MissingField } from './missing-fields.ts';

/** Checking a mapping set without keeping it: everything that is wrong with it, in one answer. */
export function registerValidation(routes: Routes, dependencies: Dependencies): void {
  routes.post(
    '/mappingSets/validate',
    {
      schema: {
        summary: 'Check a mapping set',
        description:
          'Checks against the output schema, and against the source columns where the set names a source connection or an input schema.',
        body: mappingSetBody,
        response: answers({ 200: ValidationAnswer }),
      },
    },
    async (request) => {
      const { store } = sandboxOf(request);
      const columns = await inputColumns(dependencies, store, request.body);
      const checked = await checkMappingSet(store, request.body, columns);
      return {
        validationResponse: [
          ...checked.mappings.map((_, index) => responseOf(checked, index)),
          ...checked.missing.map((field) => ({ status: 'FAILED', errors: [shownMissing(field)] })),
        ],
      };
    },
  );
}

function responseOf({ mappings, errors, lossy }: CheckedMappingSet, index: number) {
  const own = errors.filter(({ mapping }) => mapping === index);
  const mapping = mappings[index];
  const warnings = lossy.filter(
    ({ source, destination }) => source === mapping?.source && destination === mapping.destination,
  );
  return {
    status: own.length === 0 ? 'SUCCESS' : 'FAILED',
    errors:
      own.length === 0
        ? null
        : own.map((error) =>
            shownError(error, mapping === undefined ? null : storedSourceType[mapping.sourceType]),
          ),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** Only expressions have a position; only names that nearly are others have suggestions. */
function shownError(error: MappingError, sourceType: string | null) {
  const { source, destination, message, position, code, suggestions } = error;
  return {
    source,
    destination,
    sourceType,
    columnName: null,
    exception: message,
    code,
    position: position ?? null,
    ...(suggestions === undefined || suggestions.length === 0 ? {} : { suggestions }),
  };
}

function shownMissing({ destination, message, code }: MissingField) {
  return { source: null, destination, sourceType: null, columnName: destination, exception: message, code };
}
