import { expect, test } from 'vitest';
import { flowPath, routeOf } from './use-route.ts';

test.each([
  ['/', { page: 'flows' }],
  ['/flows', { page: 'flows' }],
  ['/flows/', { page: 'flows' }],
  ['/flows/3f1c', { page: 'flow', flowId: '3f1c' }],
  ['/flows/%', { page: 'flow', flowId: '%' }],
  ['/flows/3f1c/more', { page: 'unknown' }],
  ['/flows/3f1c/runs', { page: 'unknown' }],
  ['/flows/3f1c/runs/7b', { page: 'run', flowId: '3f1c', runId: '7b' }],
  ['/flows/3f1c/runs/7b/more', { page: 'unknown' }],
  ['/connections', { page: 'connections' }],
  ['/connections/new', { page: 'new-connection' }],
  ['/connections/3f1c', { page: 'connection', connectionId: '3f1c' }],
  ['/webhooks', { page: 'webhooks' }],
  ['/webhooks/3f1c', { page: 'webhook', webhookId: '3f1c' }],
  ['/mapping-language', { page: 'mapping-language' }],
  ['/mapping-language/', { page: 'mapping-language' }],
  ['/mapping-language/more', { page: 'unknown' }],
  ['/elsewhere', { page: 'unknown' }],
])('%s is the page %o', (path, route) => {
  expect(routeOf(path)).toEqual(route);
});

test('a flow’s path leads back to the flow, whatever its id', () => {
  const flowId = 'a/b ?%ü';
  expect(routeOf(flowPath(flowId))).toEqual({ page: 'flow', flowId });
});
