import type { Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { registerLanguage } from './language-routes.ts';
import { registerMappingSets } from './mapping-set-routes.ts';
import { renderProblem } from './problem-body.ts';
import { registerTrials } from './try-routes.ts';

/** The Conversion service (Data Prep): mapping sets and the language they are written in. */
export function conversion(dependencies: Dependencies): Service {
  return {
    name: 'Conversion',
    description: 'Mapping sets and the expression language.',
    prefix: '/data/foundation/conversion',
    access: 'sandbox',
    renderProblem,
    register(routes) {
      registerTrials(routes, dependencies);
      registerMappingSets(routes);
      registerLanguage(routes);
    },
  };
}
