import { describe, expect, test } from 'vitest';
import type { ErrorAnswer } from '../outbound/client.ts';
import { OutboundError } from '../outbound/errors.ts';
import { SourceError } from '../source.ts';
import { sourceErrorOfOutbound } from '../source-errors.ts';
import { isBusy, sourceErrorOfAnswer } from './errors.ts';

describe('an error answer', () => {
  test.each([
    [
      401,
      '[{"errorCode":"INVALID_SESSION_ID","message":"Session expired"}]',
      'refused',
      'INVALID_SESSION_ID',
    ],
    [
      400,
      '{"error":"invalid_grant","error_description":"authentication failure"}',
      'refused',
      'invalid_grant',
    ],
    [403, '[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"limit"}]', 'limited', 'REQUEST_LIMIT_EXCEEDED'],
    [400, '[{"errorCode":"INVALID_FIELD","message":"No such column"}]', 'invalid', 'INVALID_FIELD'],
    [400, '[{"errorCode":"INVALID_QUERY_LOCATOR","message":"gone"}]', 'expired', 'INVALID_QUERY_LOCATOR'],
    [400, '[{"errorCode":"QUERY_TIMEOUT","message":"too long"}]', 'busy', 'QUERY_TIMEOUT'],
    [400, '[{"errorCode":"ExceededQuota","message":"no more jobs"}]', 'limited', 'ExceededQuota'],
    [418, '[{"errorCode":"NEW_CODE","message":"?"}]', 'invalid', 'NEW_CODE'],
    [503, '<html>maintenance</html>', 'busy', 'HTTP_503'],
    [403, '', 'refused', 'HTTP_403'],
  ])('%i %s is %s', (status, text, kind, code) => {
    expect(sourceErrorOfAnswer(answer(status, text), [])).toMatchObject({ kind, code });
  });

  test('that repeats a secret is told without it', () => {
    const text = '[{"errorCode":"MALFORMED_QUERY","message":"near hush and hushhush"}]';
    expect(sourceErrorOfAnswer(answer(400, text), ['hushhush', 'hush']).message).toBe(
      'Salesforce: near *** and *** (MALFORMED_QUERY)',
    );
  });

  test.each([
    [429, '', true],
    [503, '', true],
    [403, limitExceeded('ConcurrentRequests (Concurrent API Requests) Limit exceeded.'), true],
    [403, limitExceeded('TotalRequests Limit exceeded.'), false],
    [403, '[{"errorCode":"INSUFFICIENT_ACCESS"}]', false],
    [400, '[{"errorCode":"QUERY_TIMEOUT"}]', false],
  ])('%i %s is worth another attempt: %s', (status, text, worth) => {
    expect(isBusy(answer(status, text))).toBe(worth);
  });
});

test('what the network did is a SourceError, and a bug stays what it is', () => {
  const reset = sourceErrorOfOutbound(new OutboundError('connection', 'GET http://x/: reset'));
  expect(reset).toBeInstanceOf(SourceError);
  expect(reset).toMatchObject({ kind: 'busy', code: 'CONNECTION' });
  expect(sourceErrorOfOutbound(new OutboundError('unknown-host', 'no such host'))).toMatchObject({
    kind: 'refused',
  });
  const bug = new TypeError('bug');
  expect(sourceErrorOfOutbound(bug)).toBe(bug);
});

function answer(status: number, text: string): ErrorAnswer {
  return { ok: false, status, headers: {}, text };
}

function limitExceeded(message: string): string {
  return JSON.stringify([{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message }]);
}
