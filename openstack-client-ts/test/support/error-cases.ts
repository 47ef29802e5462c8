import type { ErrorKind } from 'openstack-client-ts';

/** Name, status, meaning, body, OpenStack's words (whole, or a part of them), the service's name of the error. */
type ErrorCase = [
  name: string,
  status: number,
  kind: ErrorKind,
  body: object | string,
  words: string | RegExp,
  code?: string,
];

const neutron = (type: string, message: string): object => ({ NeutronError: { type, message, detail: '' } });
const fault = (name: string, code: number, message: string): object => ({ [name]: { code, message } });
const octavia = (faultstring: string): object => ({ faultcode: 'Client', faultstring, debuginfo: null });

const NEUTRON: ErrorCase[] = [
  [
    'Neutron quota',
    409,
    'QuotaExceeded',
    neutron('OverQuota', "Quota exceeded for resources: ['port']."),
    "Quota exceeded for resources: ['port'].",
    'OverQuota',
  ],
  [
    'Neutron not found',
    404,
    'NotFound',
    neutron('NetworkNotFound', 'Network n could not be found.'),
    'Network n could not be found.',
    'NetworkNotFound',
  ],
  [
    'Neutron in use',
    409,
    'ResourceBusy',
    neutron('NetworkInUse', 'There are one or more ports still in use on the network.'),
    /still in use/,
    'NetworkInUse',
  ],
  ['Neutron group in use', 409, 'ResourceBusy', neutron('SecurityGroupInUse', 'Security Group g in use.'), /in use/],
  [
    'Neutron router interface in use',
    409,
    'ResourceBusy',
    neutron('RouterInterfaceInUseByFloatingIP', 'It is required by one or more floating IPs.'),
    /floating IPs/,
  ],
  [
    'Neutron address generation',
    409,
    'ResourceBusy',
    neutron('IpAddressGenerationFailure', 'No more IP addresses available on network n.'),
    /No more IP/,
  ],
  [
    'Neutron external addresses',
    400,
    'ResourceBusy',
    neutron('ExternalIpAddressExhausted', 'Unable to find any IP address on external network n.'),
    /external network/,
  ],
  [
    'Neutron address taken',
    409,
    'Conflict',
    neutron('IpAddressAlreadyAllocated', 'IP address 10.0.0.5 already allocated in subnet s'),
    /already allocated/,
  ],
  [
    'Neutron policy about quotas',
    403,
    'Forbidden',
    neutron('PolicyNotAuthorized', 'rule:update_quota is disallowed by policy'),
    /disallowed/,
  ],
  [
    'Neutron error as a string',
    400,
    'InvalidRequest',
    { NeutronError: 'Invalid input for operation.' },
    'Invalid input for operation.',
  ],
];

const NOVA: ErrorCase[] = [
  [
    'Nova not found',
    404,
    'NotFound',
    fault('itemNotFound', 404, 'Instance i could not be found.'),
    'Instance i could not be found.',
    'itemNotFound',
  ],
  [
    'Nova quota',
    403,
    'QuotaExceeded',
    fault('forbidden', 403, 'Quota exceeded for cores: Requested 8, but already used 16 of 20 cores'),
    /^Quota exceeded for cores/,
  ],
  [
    'Nova server group quota',
    403,
    'QuotaExceeded',
    fault('forbidden', 403, 'Quota exceeded, too many server groups.'),
    /too many server groups/,
  ],
  [
    'Nova policy about quotas',
    403,
    'Forbidden',
    fault('forbidden', 403, "Policy doesn't allow os_compute_api:os-quota-sets:update to be performed."),
    /Policy doesn't allow/,
  ],
  [
    'Nova task state',
    409,
    'ResourceBusy',
    fault('conflictingRequest', 409, "Cannot 'reboot' instance i while it is in task_state rebooting"),
    /task_state/,
  ],
  [
    'Nova name taken',
    409,
    'Conflict',
    fault('conflictingRequest', 409, "Key pair 'k' already exists."),
    /already exists/,
  ],
  [
    'Nova bad request',
    400,
    'InvalidRequest',
    fault('badRequest', 400, 'Invalid imageRef provided.'),
    'Invalid imageRef provided.',
    'badRequest',
  ],
  [
    'Nova microversion',
    406,
    'InvalidRequest',
    fault('computeFault', 406, 'Version 2.999 is not supported by the API.'),
    /2\.999/,
  ],
  ['Nova fault', 500, 'Unavailable', fault('computeFault', 500, 'Unexpected API Error.'), 'Unexpected API Error.'],
  [
    'Nova rate limit of old',
    413,
    'RateLimited',
    fault('overLimit', 413, 'This request was rate-limited.'),
    /rate-limited/,
  ],
];

const CINDER: ErrorCase[] = [
  [
    'Cinder quota',
    413,
    'QuotaExceeded',
    fault(
      'overLimit',
      413,
      "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.",
    ),
    /VolumeLimitExceeded/,
  ],
  [
    'Cinder size quota',
    413,
    'QuotaExceeded',
    fault('overLimit', 413, 'VolumeSizeExceedsAvailableQuota: Requested volume exceeds allowed gigabytes quota.'),
    /gigabytes/,
  ],
  [
    'Cinder busy',
    400,
    'ResourceBusy',
    fault('badRequest', 400, 'Invalid volume: Volume status must be available, but current status is: detaching.'),
    /detaching/,
  ],
  [
    'Cinder bad request',
    400,
    'InvalidRequest',
    fault('badRequest', 400, "Invalid input received: Volume size '0' must be an integer and greater than 0"),
    /Volume size/,
  ],
];

const OCTAVIA: ErrorCase[] = [
  [
    'Octavia immutable',
    409,
    'ResourceBusy',
    octavia('Load Balancer b is immutable and cannot be updated.'),
    /immutable/,
    'Client',
  ],
  [
    'Octavia pending',
    409,
    'ResourceBusy',
    octavia('Invalid state PENDING_UPDATE of loadbalancer resource b'),
    /PENDING_UPDATE/,
  ],
  [
    'Octavia quota',
    403,
    'QuotaExceeded',
    octavia('Quota has been met for resources: Load Balancer'),
    /Quota has been met/,
  ],
  [
    'Octavia duplicate',
    409,
    'Conflict',
    octavia('Another Listener on this Load Balancer is already using protocol TCP and protocol_port 6443'),
    /already using/,
  ],
  ['Octavia validation', 400, 'InvalidRequest', octavia('Validation failure: missing VIP'), /Validation failure/],
];

const OTHERS: ErrorCase[] = [
  [
    'Keystone forbidden',
    403,
    'Forbidden',
    { error: { code: 403, message: 'You are not authorized to perform the requested action.', title: 'Forbidden' } },
    /not authorized/,
    'Forbidden',
  ],
  [
    'Keystone conflict',
    409,
    'Conflict',
    { error: { code: 409, message: 'Conflict occurred attempting to store project.', title: 'Conflict' } },
    /Conflict occurred/,
  ],
  [
    'Placement',
    400,
    'InvalidRequest',
    { errors: [{ status: 400, title: 'Bad Request', detail: 'Malformed JSON', code: 'placement.undefined_code' }] },
    'Malformed JSON',
    'placement.undefined_code',
  ],
  [
    'Magnum',
    409,
    'Conflict',
    { errors: [{ status: 409, title: 'Busy', detail: 'Cluster c has an operation in progress.', code: '' }] },
    /in progress/,
  ],
  [
    'Designate fields',
    400,
    'InvalidRequest',
    {
      code: 400,
      type: 'invalid_object',
      message: 'Provided object does not match schema',
      errors: { errors: [{ path: ['ttl'], message: '-1 is less than the minimum of 0' }] },
    },
    /schema: ttl: -1 is less/,
    'invalid_object',
  ],
  [
    'Designate quota',
    413,
    'QuotaExceeded',
    { code: 413, type: 'over_quota', message: 'Quota exceeded for zones.' },
    /zones/,
    'over_quota',
  ],
  [
    'Glance',
    404,
    'NotFound',
    { message: 'No image found with ID i<br /><br />\n\n\n', code: '404 Not Found', title: 'Not Found' },
    'No image found with ID i',
  ],
  [
    'Glance over a limit',
    413,
    'QuotaExceeded',
    { message: 'Project p is over a limit for [Resource image_count_total is over limit of 10]' },
    /over a limit/,
  ],
  [
    'Heat',
    400,
    'InvalidRequest',
    {
      code: 400,
      title: 'Bad Request',
      explanation: 'The server could not comply.',
      error: { message: 'Bad template' },
    },
    'The server could not comply.',
  ],
];

const GATEWAY =
  '<html><head><title>502 Bad Gateway</title><style>p{color:red}</style></head><body><center><h1>502 Bad Gateway</h1></center><hr>nginx</body></html>';
const NOT_JSON: ErrorCase[] = [
  ['HTML of a proxy', 502, 'Unavailable', GATEWAY, '502 Bad Gateway nginx'],
  [
    'HTML of Swift',
    409,
    'Conflict',
    '<html><h1>Conflict</h1><p>There was a conflict when trying to complete your request.</p></html>',
    /There was a conflict/,
  ],
  ['plain text', 413, 'QuotaExceeded', 'Upload exceeds quota.', 'Upload exceeds quota.'],
  ['a body that is too large', 413, 'InvalidRequest', 'Request Entity Too Large', /Too Large/],
  ['broken JSON', 500, 'Unavailable', '{"computeFault": {', /computeFault/],
  ['JSON of another shape', 422, 'InvalidRequest', { unknown: [1, 2] }, /unknown/],
];

const STATUS_ONLY: ErrorCase[] = [
  [400, 'InvalidRequest'] as const,
  [403, 'Forbidden'] as const,
  [404, 'NotFound'] as const,
  [408, 'Unavailable'] as const,
  [409, 'Conflict'] as const,
  [410, 'NotFound'] as const,
  [415, 'InvalidRequest'] as const,
  [425, 'Unavailable'] as const,
  [429, 'RateLimited'] as const,
  [500, 'Unavailable'] as const,
  [501, 'InvalidRequest'] as const,
  [503, 'Unavailable'] as const,
  [504, 'Unavailable'] as const,
].map(([status, kind]) => ['an empty body', status, kind, '', new RegExp(String(status))]);

/** What OpenStack's services and the proxies before them answer, and what it means. */
export const ERROR_CASES: ErrorCase[] = [
  ...NEUTRON,
  ...NOVA,
  ...CINDER,
  ...OCTAVIA,
  ...OTHERS,
  ...NOT_JSON,
  ...STATUS_ONLY,
];
