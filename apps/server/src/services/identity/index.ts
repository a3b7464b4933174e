import type { Service } from '../../http/service.ts';
import { registerNamespaces } from './namespace-routes.ts';
import { problems } from './problem-body.ts';

/** Identity namespaces: what descriptors and identity maps name the kinds of identities by. */
export function identity(): Service {
  return {
    name: 'Identity',
    description: 'Identity namespaces: the standard ones and the sandbox’s own.',
    prefix: '/data/core',
    access: 'sandbox',
    problems,
    register: registerNamespaces,
  };
}
