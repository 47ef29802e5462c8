import { describe, expect, test } from 'vitest';
import { type ErrorKind, OpenStackError } from 'openstack-client-ts';
import { fakeCloud, type Reply, thrownBy } from './support/fake-cloud.ts';

interface Case {
  name: string;
  status: number;
  body: unknown;
  kind: ErrorKind;
  words: string | RegExp;
  code?: string;
  headers?: Record<string, string>;
}

const CASES: Case[] = [
  // Neutron
  {
    name: 'Neutron quota',
    status: 409,
    body: { NeutronError: { type: 'OverQuota', message: "Quota exceeded for resources: ['port'].", detail: '' } },
    kind: 'QuotaExceeded',
    words: "Quota exceeded for resources: ['port'].",
    code: 'OverQuota',
  },
  {
    name: 'Neutron not found',
    status: 404,
    body: { NeutronError: { type: 'NetworkNotFound', message: 'Network n could not be found.', detail: '' } },
    kind: 'NotFound',
    words: 'Network n could not be found.',
    code: 'NetworkNotFound',
  },
  {
    name: 'Neutron in use',
    status: 409,
    body: {
      NeutronError: {
        type: 'NetworkInUse',
        message: 'Unable to complete operation on network n. There are one or more ports still in use on the network.',
        detail: '',
      },
    },
    kind: 'ResourceBusy',
    words: /still in use/,
    code: 'NetworkInUse',
  },
  {
    name: 'Neutron router interface in use',
    status: 409,
    body: {
      NeutronError: {
        type: 'RouterInterfaceInUseByFloatingIP',
        message: 'Router interface for subnet s cannot be deleted, as it is required by one or more floating IPs.',
        detail: '',
      },
    },
    kind: 'ResourceBusy',
    words: /floating IPs/,
  },
  {
    name: 'Neutron address generation',
    status: 409,
    body: {
      NeutronError: {
        type: 'IpAddressGenerationFailure',
        message: 'No more IP addresses available on network n.',
        detail: '',
      },
    },
    kind: 'ResourceBusy',
    words: /No more IP/,
  },
  {
    name: 'Neutron external addresses exhausted',
    status: 400,
    body: {
      NeutronError: {
        type: 'ExternalIpAddressExhausted',
        message: 'Unable to find any IP address on external network n.',
        detail: '',
      },
    },
    kind: 'ResourceBusy',
    words: /external network/,
  },
  {
    name: 'Neutron address taken',
    status: 409,
    body: {
      NeutronError: {
        type: 'IpAddressAlreadyAllocated',
        message: 'IP address 10.0.0.5 already allocated in subnet s',
        detail: '',
      },
    },
    kind: 'Conflict',
    words: /already allocated/,
  },
  {
    name: 'Neutron policy about quotas',
    status: 403,
    body: {
      NeutronError: { type: 'PolicyNotAuthorized', message: 'rule:update_quota is disallowed by policy', detail: '' },
    },
    kind: 'Forbidden',
    words: /disallowed/,
  },
  {
    name: 'Neutron error as a string',
    status: 400,
    body: { NeutronError: 'Invalid input for operation.' },
    kind: 'InvalidRequest',
    words: 'Invalid input for operation.',
  },
  // Nova
  {
    name: 'Nova not found',
    status: 404,
    body: { itemNotFound: { code: 404, message: 'Instance i could not be found.' } },
    kind: 'NotFound',
    words: 'Instance i could not be found.',
    code: 'itemNotFound',
  },
  {
    name: 'Nova quota',
    status: 403,
    body: {
      forbidden: {
        code: 403,
        message:
          'Quota exceeded for cores, ram: Requested 8, 16384, but already used 16, 32768 of 20, 51200 cores, ram',
      },
    },
    kind: 'QuotaExceeded',
    words: /^Quota exceeded for cores/,
  },
  {
    name: 'Nova server group quota',
    status: 403,
    body: { forbidden: { code: 403, message: 'Quota exceeded, too many server groups.' } },
    kind: 'QuotaExceeded',
    words: /too many server groups/,
  },
  {
    name: 'Nova policy about quotas',
    status: 403,
    body: {
      forbidden: { code: 403, message: "Policy doesn't allow os_compute_api:os-quota-sets:update to be performed." },
    },
    kind: 'Forbidden',
    words: /Policy doesn't allow/,
  },
  {
    name: 'Nova task state',
    status: 409,
    body: {
      conflictingRequest: { code: 409, message: "Cannot 'reboot' instance i while it is in task_state rebooting" },
    },
    kind: 'ResourceBusy',
    words: /task_state/,
  },
  {
    name: 'Nova name taken',
    status: 409,
    body: { conflictingRequest: { code: 409, message: "Key pair 'k' already exists." } },
    kind: 'Conflict',
    words: /already exists/,
  },
  {
    name: 'Nova bad request',
    status: 400,
    body: { badRequest: { code: 400, message: 'Invalid imageRef provided.' } },
    kind: 'InvalidRequest',
    words: 'Invalid imageRef provided.',
    code: 'badRequest',
  },
  {
    name: 'Nova microversion',
    status: 406,
    body: { computeFault: { code: 406, message: 'Version 2.999 is not supported by the API.' } },
    kind: 'InvalidRequest',
    words: /2\.999/,
  },
  {
    name: 'Nova fault',
    status: 500,
    body: { computeFault: { code: 500, message: 'Unexpected API Error.' } },
    kind: 'Unavailable',
    words: 'Unexpected API Error.',
  },
  {
    name: 'Nova rate limit of old',
    status: 413,
    body: { overLimit: { code: 413, message: 'This request was rate-limited.', retryAfter: '7' } },
    kind: 'RateLimited',
    words: /rate-limited/,
  },
  // Cinder
  {
    name: 'Cinder quota',
    status: 413,
    body: {
      overLimit: {
        code: 413,
        message: "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.",
      },
    },
    kind: 'QuotaExceeded',
    words: /VolumeLimitExceeded/,
  },
  {
    name: 'Cinder size quota',
    status: 413,
    body: {
      overLimit: {
        code: 413,
        message: 'VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota.',
      },
    },
    kind: 'QuotaExceeded',
    words: /gigabytes/,
  },
  {
    name: 'Cinder busy',
    status: 400,
    body: {
      badRequest: {
        code: 400,
        message: 'Invalid volume: Volume status must be available or error, but current status is: detaching.',
      },
    },
    kind: 'ResourceBusy',
    words: /detaching/,
  },
  // Octavia
  {
    name: 'Octavia immutable',
    status: 409,
    body: { faultcode: 'Client', faultstring: 'Load Balancer b is immutable and cannot be updated.', debuginfo: null },
    kind: 'ResourceBusy',
    words: /immutable/,
    code: 'Client',
  },
  {
    name: 'Octavia pending',
    status: 409,
    body: {
      faultcode: 'Client',
      faultstring: 'Invalid state PENDING_UPDATE of loadbalancer resource b',
      debuginfo: null,
    },
    kind: 'ResourceBusy',
    words: /PENDING_UPDATE/,
  },
  {
    name: 'Octavia quota',
    status: 403,
    body: { faultcode: 'Client', faultstring: 'Quota has been met for resources: Load Balancer', debuginfo: null },
    kind: 'QuotaExceeded',
    words: /Quota has been met/,
  },
  {
    name: 'Octavia duplicate',
    status: 409,
    body: {
      faultcode: 'Client',
      faultstring: 'Another Listener on this Load Balancer is already using protocol TCP and protocol_port 6443',
      debuginfo: null,
    },
    kind: 'Conflict',
    words: /already using/,
  },
  {
    name: 'Octavia validation',
    status: 400,
    body: { faultcode: 'Client', faultstring: 'Validation failure: missing VIP', debuginfo: null },
    kind: 'InvalidRequest',
    words: /Validation failure/,
  },
  // Keystone
  {
    name: 'Keystone forbidden',
    status: 403,
    body: {
      error: {
        code: 403,
        message: 'You are not authorized to perform the requested action: identity:list_users.',
        title: 'Forbidden',
      },
    },
    kind: 'Forbidden',
    words: /not authorized/,
    code: 'Forbidden',
  },
  {
    name: 'Keystone conflict',
    status: 409,
    body: {
      error: {
        code: 409,
        message: 'Conflict occurred attempting to store application_credential - Duplicate entry found.',
        title: 'Conflict',
      },
    },
    kind: 'Conflict',
    words: /Duplicate entry/,
  },
  // Placement, Magnum, Designate, Glance, Heat
  {
    name: 'Placement',
    status: 400,
    body: {
      errors: [{ status: 400, title: 'Bad Request', detail: 'Malformed JSON', code: 'placement.undefined_code' }],
    },
    kind: 'InvalidRequest',
    words: 'Malformed JSON',
    code: 'placement.undefined_code',
  },
  {
    name: 'Magnum',
    status: 409,
    body: {
      errors: [
        { status: 409, title: 'Cluster is busy', detail: 'Cluster c already has an operation in progress.', code: '' },
      ],
    },
    kind: 'Conflict',
    words: /in progress/,
  },
  {
    name: 'Designate fields',
    status: 400,
    body: {
      code: 400,
      type: 'invalid_object',
      message: 'Provided object does not match schema',
      errors: { errors: [{ path: ['ttl'], message: '-1 is less than the minimum of 0' }] },
    },
    kind: 'InvalidRequest',
    words: /ttl: -1 is less/,
    code: 'invalid_object',
  },
  {
    name: 'Designate quota',
    status: 413,
    body: { code: 413, type: 'over_quota', message: 'Quota exceeded for zones.' },
    kind: 'QuotaExceeded',
    words: /zones/,
    code: 'over_quota',
  },
  {
    name: 'Glance',
    status: 404,
    body: { message: 'No image found with ID i<br /><br />\n\n\n', code: '404 Not Found', title: 'Not Found' },
    kind: 'NotFound',
    words: 'No image found with ID i',
  },
  {
    name: 'Glance over a limit',
    status: 413,
    body: { message: 'Project p is over a limit for [Resource image_count_total is over limit of 10]' },
    kind: 'QuotaExceeded',
    words: /over a limit/,
  },
  {
    name: 'Heat',
    status: 400,
    body: {
      code: 400,
      title: 'Bad Request',
      explanation: 'The server could not comply.',
      error: { message: 'Bad template', type: 'X' },
    },
    kind: 'InvalidRequest',
    words: 'The server could not comply.',
  },
  // What is not JSON
  {
    name: 'HTML of a proxy',
    status: 502,
    body: '<html><head><title>502 Bad Gateway</title><style>p{color:red}</style></head><body><center><h1>502 Bad Gateway</h1></center><hr>nginx</body></html>',
    kind: 'Unavailable',
    words: '502 Bad Gateway nginx',
  },
  {
    name: 'HTML of Swift',
    status: 409,
    body: '<html><h1>Conflict</h1><p>There was a conflict when trying to complete your request.</p></html>',
    kind: 'Conflict',
    words: /There was a conflict/,
  },
  {
    name: 'plain text',
    status: 413,
    body: 'Upload exceeds quota.',
    kind: 'QuotaExceeded',
    words: 'Upload exceeds quota.',
  },
  {
    name: 'a body that is too large',
    status: 413,
    body: 'Request Entity Too Large',
    kind: 'InvalidRequest',
    words: /Too Large/,
  },
  { name: 'nothing', status: 503, body: '', kind: 'Unavailable', words: /503/ },
  { name: 'broken JSON', status: 500, body: '{"computeFault": {', kind: 'Unavailable', words: /computeFault/ },
  { name: 'JSON of another shape', status: 422, body: { unknown: [1, 2] }, kind: 'InvalidRequest', words: /unknown/ },
  // Status only
  { name: '400', status: 400, body: '', kind: 'InvalidRequest', words: /400/ },
  { name: '408', status: 408, body: '', kind: 'Unavailable', words: /408/ },
  { name: '410', status: 410, body: '', kind: 'NotFound', words: /410/ },
  { name: '425', status: 425, body: '', kind: 'Unavailable', words: /425/ },
  { name: '429', status: 429, body: '', kind: 'RateLimited', words: /429/ },
  { name: '501', status: 501, body: '', kind: 'InvalidRequest', words: /501/ },
  { name: '504', status: 504, body: '', kind: 'Unavailable', words: /504/ },
];

const LINE = 'GET /networking/v2.0/networks/n';

const errorFor = async (reply: Reply): Promise<OpenStackError> => {
  const cloud = await fakeCloud({ [LINE]: reply });
  const error = await thrownBy(cloud.client({ retry: { retries: 0 } }).network.networks.get('n'));
  if (!(error instanceof OpenStackError)) throw error;
  return error;
};

describe('what an error body says', () => {
  test.each(CASES)('$name: $status is $kind', async ({ status, body, kind, words, code }) => {
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
