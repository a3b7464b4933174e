import { expect, test } from 'vitest';
import { flowPath, routeOf } from './use-route.ts';

test.each([
  ['/', { page: 'flows' }],
  ['/flows', { page: 'flows' }],
  ['/flows/', { page: 'flows' }],
  ['/flows/3f1c', { page: 'flow', flowId: '3f1c' }],
  ['/flows/%', { page: 'flow', flowId: '%' }],
  ['/flows/3f1c/more', { page: 'unknown' }],
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
