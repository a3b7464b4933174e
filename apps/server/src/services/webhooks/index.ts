import type { Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { registerDeliveryRoutes } from './delivery-routes.ts';
import { problems } from './problem-body.ts';
import { registerWebhookRoutes } from './webhook-routes.ts';

/** Webhooks: who is told what happens to flows. */
export function webhooks(dependencies: Dependencies): Service {
  return {
    name: 'Webhooks',
    description: 'Who is told, by CloudEvents, what happens to flows, and the log of what they were told.',
    prefix: '/data/foundation/webhooks',
    access: 'sandbox',
    problems,
    register(routes) {
      registerWebhookRoutes(routes, dependencies);
      registerDeliveryRoutes(routes, dependencies);
    },
  };
}
