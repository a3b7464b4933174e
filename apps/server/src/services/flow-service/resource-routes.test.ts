import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectionBody,
  type FlowServer,
  sourceConnectionBody,
  startFlowServer,
} from './tutorial.test-kit.ts';

let flows: FlowServer;
beforeAll(async () => {
  flows = await startFlowServer();
});
afterAll(() => flows.close());

const rename = [{ op: 'replace', path: '/name', value: 'Renamed' }];

describe('If-Match', () => {
  it('is demanded of a patch', async () => {
    const id = await flows.create('/connections', connectionBody());
    const { status, body } = await flows.call('PATCH', `/connections/${id}`, { body: rename });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      type: 'https://ns.adobe.com/aep/errors/FLOW-1403-400',
      title: 'Header is missing',
    });
    expect(body.detail).toContain('If-Match');
  });

  it.each(['PATCH', 'DELETE'])('with a stale etag stops a %s', async (method) => {
    const id = await flows.create('/connections', connectionBody());
    const { status, body } = await flows.call(method, `/connections/${id}`, {
      headers: { 'if-match': '"stale"' },
      ...(method === 'PATCH' && { body: rename }),
    });
    expect(status).toBe(412);
    expect(body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-1404-412');
    expect((await flows.call('GET', `/connections/${id}`)).status).toBe(200);
  });

  it.each([
    ['with its quotation marks', (etag: string) => etag],
    ['without them', (etag: string) => etag.replaceAll('"', '')],
    ['as a weak one', (etag: string) => `W/${etag}`],
    ['among others', (etag: string) => `"other", ${etag}`],
    ['as an asterisk', () => '*'],
  ])('takes the etag %s', async (_how, write) => {
    const { body: created } = await flows.call('POST', '/connections', { body: connectionBody() });
    const { status } = await flows.call('PATCH', `/connections/${created.id}`, {
      body: rename,
      headers: { 'if-match': write(created.etag) },
    });
    expect(status).toBe(200);
  });

  it('lets one of two patches that read the same version through', async () => {
    const { body: created } = await flows.call('POST', '/connections', { body: connectionBody() });
    const answers = await Promise.all(
      ['first', 'second'].map((value) =>
        flows.call('PATCH', `/connections/${created.id}`, {
          body: [{ op: 'replace', path: '/name', value }],
          headers: { 'if-match': created.etag },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

describe('a deletion', () => {
  it('goes without If-Match and without a body, whatever Content-Type says', async () => {
    const id = await flows.create('/connections', connectionBody());
    const answer = await flows.call('DELETE', `/connections/${id}`, {
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(204);
    expect(answer.body).toBe('');
    expect((await flows.call('GET', `/connections/${id}`)).status).toBe(404);
  });

  it('is refused while something uses the resource, and names it', async () => {
    const id = await flows.create('/connections', connectionBody());
    const user = await flows.create('/sourceConnections', sourceConnectionBody(id));
    const { status, body } = await flows.call('DELETE', `/connections/${id}`);
    expect(status).toBe(400);
    expect(body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-1418-400');
    expect(body.detail).toContain(`source connection ${user}`);
    expect((await flows.call('DELETE', `/sourceConnections/${user}`)).status).toBe(204);
    expect((await flows.call('DELETE', `/connections/${id}`)).status).toBe(204);
  });
});

describe('an id that is not of this sandbox', () => {
  const paths = ['connections', 'sourceConnections', 'targetConnections', 'flows', 'runs'] as const;

  it.each(paths)('is a 404 of %s in the documented body', async (type) => {
    const id = randomUUID();
    const { status, body } = await flows.call('GET', `/${type}/${id}`);
    expect(status).toBe(404);
    expect(body).toMatchObject({
      type: 'https://ns.adobe.com/aep/errors/FLOW-1439-404',
      title: 'Resource not found',
      status: 404,
      report: { id, type },
    });
    expect(body.errorMessage).toBe(body.report['detailed-message']);
  });

  it.each([
    ['GET', ''],
    ['GET', '/test'],
    ['GET', '/explore?objectType=root'],
    ['DELETE', ''],
  ])('is a 404 to %s %s even though another sandbox has it', async (method, rest) => {
    const id = await flows.create('/connections', connectionBody(), 'dev');
    expect((await flows.call(method, `/connections/${id}${rest}`)).status).toBe(404);
    expect((await flows.call('GET', `/connections/${id}`, { sandbox: 'dev' })).status).toBe(200);
  });
});

describe('a creation', () => {
  it('refuses a mode that is not known, rather than start what should sleep', async () => {
    const { status, body } = await flows.call('POST', '/connections?mode=dry', { body: connectionBody() });
    expect(status).toBe(400);
    expect(body.report.violations).toEqual([{ path: 'mode', message: 'must be draft, or left out' }]);
  });

  it('tells line and column of a syntax error', async () => {
    const { status, body } = await flows.call('POST', '/connections', { text: '{\n  "name": "x",\n}' });
    expect(status).toBe(400);
    expect(body.detail).toContain('line 3, column 1');
  });
});
