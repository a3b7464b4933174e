import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FlowServer, startFlowServer } from './tutorial.test-kit.ts';

let flows: FlowServer;
beforeAll(async () => {
  flows = await startFlowServer();
});
afterAll(() => flows.close());

describe('a refusal', () => {
  it.each([
    ['without a token', { authorization: '' }, 401, 'FLOW-2000-401', 'Authorization'],
    ['of a token that is not ours', { authorization: 'Bearer x.y.z' }, 401, 'FLOW-2000-401', 'Authorization'],
    ['without an API key', { 'x-api-key': '' }, 400, 'FLOW-400', 'x-api-key'],
    ['without an organisation', { 'x-gw-ims-org-id': '' }, 400, 'FLOW-400', 'x-gw-ims-org-id'],
    ['without a sandbox', { 'x-sandbox-name': '' }, 400, 'FLOW-2105-400', 'x-sandbox-name'],
    ['of an unknown sandbox', { 'x-sandbox-name': 'nope' }, 403, 'FLOW-403', 'x-sandbox-name'],
  ])(
    "%s stands in the service's own body and names the header",
    async (_what, headers, status, code, name) => {
      const answer = await flows.call('GET', '/connections', { headers });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(answer.body).toEqual({
        type: `https://ns.adobe.com/aep/errors/${code}`,
        title: expect.any(String),
        status,
        detail: expect.stringContaining(name),
        report: {
          'detailed-message': answer.body.detail,
          'request-id': expect.any(String),
          violations: [{ path: name, message: answer.body.detail }],
        },
        errorMessage: answer.body.detail,
        errorDetails: answer.body.detail,
      });
    },
  );

  it('of a body that is not JSON names its media type', async () => {
    const { status, body } = await flows.call('POST', '/connections', {
      text: 'name=x',
      headers: { 'content-type': 'text/plain' },
    });
    expect(status).toBe(415);
    expect(body.detail).toContain('text/plain');
  });

  it('of a path that does not exist names it', async () => {
    const { status, body } = await flows.call('GET', '/pipelines');
    expect(status).toBe(404);
    expect(body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-404');
    expect(body.detail).toContain('/data/foundation/flowservice/pipelines');
  });
});
