import { describe, expect, test } from 'vitest';
import { OpenStackError } from 'openstack-client-ts';
import { ERROR_CASES } from './support/error-cases.ts';
import { fakeCloud, type Reply, thrownBy } from './support/fake-cloud.ts';

const LINE = 'GET /networking/v2.0/networks/n';

const errorFor = async (reply: Reply): Promise<OpenStackError> => {
  const cloud = await fakeCloud({ [LINE]: reply });
  const error = await thrownBy(cloud.client({ retry: { retries: 0 } }).network.networks.get('n'));
  if (!(error instanceof OpenStackError)) throw error;
  return error;
};

describe('what an error body says', () => {
  test.each(ERROR_CASES)('%s: %i is %s', async (_name, status, kind, body, words, code) => {
    const content = typeof body === 'string' ? { text: body } : { json: body };
    const error = await errorFor({ status, ...content });
    expect(error.kind).toBe(kind);
    expect(error.name).toBe(`${kind}Error`);
    if (typeof words === 'string') expect(error.words).toBe(words);
    else expect(error.words).toMatch(words);
    if (code !== undefined) expect(error.code).toBe(code);
    expect(error.status).toBe(status);
    expect(error.message).toContain(`HTTP ${status}`);
  });

  test('the message names method, URL, words and request id', async () => {
    const error = await errorFor({
      status: 404,
      headers: { 'x-openstack-request-id': 'req-42' },
      json: { NeutronError: { type: 'NetworkNotFound', message: 'Network n could not be found.', detail: '' } },
    });
    expect(error.requestId).toBe('req-42');
    expect(error.message).toMatch(
      /^GET http:\/\/127\.0\.0\.1:\d+\/networking\/v2\.0\/networks\/n failed: Network n could not be found \(HTTP 404, NetworkNotFound, request id req-42\)\.$/,
    );
  });

  test("Nova's older request id counts too", async () => {
    const error = await errorFor({ status: 400, headers: { 'x-compute-request-id': 'req-43' } });
    expect(error.requestId).toBe('req-43');
  });

  test('a refusal says what to do', async () => {
    const error = await errorFor({ status: 403, json: { forbidden: { message: 'Quota exceeded for instances' } } });
    expect(error.message).toMatch(/have its quota raised/);
  });

  test('an endless page of HTML is cut', async () => {
    const error = await errorFor({ status: 502, text: `<html><body>${'x'.repeat(100_000)}</body></html>` });
    expect(error.words.length).toBeLessThan(1100);
  });
});

describe('a response that can not be read', () => {
  test.each([
    ['not JSON', { text: '<html>login</html>' }, /not JSON/],
    ['a field is missing', { json: { network: { name: 'no id' } } }, /documented form.*id/],
    ['the wrapper is missing', { json: { id: 'n' } }, /documented form/],
  ])('%s', async (_name, reply, words) => {
    const error = await errorFor(reply);
    expect(error.kind).toBe('UnexpectedResponse');
    expect(error.words).toMatch(words);
  });

  test('unknown fields pass', async () => {
    const cloud = await fakeCloud({
      [LINE]: { json: { network: { id: 'n', name: 'net', 'vendor:field': { a: 1 } } } },
    });
    const network = await cloud.client().network.networks.get('n');
    expect(network['vendor:field']).toEqual({ a: 1 });
  });
});
