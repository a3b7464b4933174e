import type { Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { registerBatchConversions } from './batch-conversion-routes.ts';
import { registerImport } from './import-route.ts';
import { registerLanguage } from './language-routes.ts';
import { registerMappings } from './mapping-routes.ts';
import { registerMappingSets } from './mapping-set-routes.ts';
import { registerPreview } from './preview-route.ts';
import { problems } from './problem-body.ts';
import { registerSuggestions } from './suggestion-routes.ts';
import { registerValidation } from './validate-route.ts';

/** The Conversion service (Data Prep): mapping sets and the language they are written in. */
export function conversion(dependencies: Dependencies): Service {
  return {
    name: 'Conversion',
    description: 'Mapping sets and the expression language.',
    prefix: '/data/foundation/conversion',
    access: 'sandbox',
    problems,
    register(routes) {
      // Answers are sent as they are: their schemas document, and must neither drop nor convert anything.
      routes.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
      registerValidation(routes, dependencies);
      registerPreview(routes, dependencies);
      registerSuggestions(routes, dependencies);
      registerMappingSets(routes, dependencies);
      registerMappings(routes, dependencies);
      registerImport(routes, dependencies);
      registerLanguage(routes, dependencies);
      registerBatchConversions(routes);
    },
  };
}
