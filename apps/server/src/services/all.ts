import type { Service } from '../http/service.ts';
import { catalog } from './catalog/index.ts';
import { conversion } from './conversion/index.ts';
import { dataAccess } from './data-access/index.ts';
import type { Dependencies } from './dependencies.ts';
import { flowService } from './flow-service/index.ts';
import { identity } from './identity/index.ts';
import { imsService } from './ims/index.ts';
import { sandboxTooling } from './sandbox-tooling/index.ts';
import { sandboxes } from './sandboxes/index.ts';
import { schemaRegistry } from './schema-registry/index.ts';
import { webhooks } from './webhooks/index.ts';

/** Every service of the platform that Tributary answers for. */
export const services: readonly ((dependencies: Dependencies) => Service)[] = [
  imsService,
  flowService,
  schemaRegistry,
  catalog,
  conversion,
  identity,
  sandboxes,
  sandboxTooling,
  dataAccess,
  webhooks,
];

export function allServices(dependencies: Dependencies): readonly Service[] {
  return services.map((service) => service(dependencies));
}
