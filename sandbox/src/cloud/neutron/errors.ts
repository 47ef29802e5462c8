import { ApiError, isRecord, parseJson, type Dialect } from '../http/service.ts';

/** `{"NeutronError": {"type", "message", "detail"}}` (neutron:neutron/api/api_common.py). */
export function neutronError(status: number, type: string, message: string): ApiError {
  return new ApiError(status, { NeutronError: { type, message, detail: '' } }, message);
}

export const neutronDialect: Dialect = {
  error: (status, message, type) =>
    neutronError(
      status,
      type ?? (status === 400 ? 'HTTPBadRequest' : status === 404 ? 'HTTPNotFound' : 'NeutronException'),
      message,
    ),
  invalid: (path, value, reason) =>
    neutronError(
      400,
      'HTTPBadRequest',
      `Invalid input for ${path.split('.')[1] ?? path}. Reason: '${text(value)}' ${reason}.`,
    ),
  unknownPath: ({ allowed }) =>
    allowed.length > 0
      ? neutronError(
          405,
          'HTTPMethodNotAllowed',
          'The server could not comply with the request since it is either malformed or otherwise incorrect.',
        )
      : neutronError(404, 'HTTPNotFound', 'The resource could not be found.'),
  readBody(text) {
    const refusal = neutronError(400, 'HTTPBadRequest', 'Body contains invalid data');
    const body = parseJson(text, refusal);
    if (!isRecord(body)) throw refusal;
    return body;
  },
};

const text = (value: unknown): string =>
  value === undefined || value === null ? 'None' : typeof value === 'string' ? value : JSON.stringify(value);

/** 400 with Neutron's `BadRequest` words. */
export const badRequest = (resource: string, message: string): ApiError =>
  neutronError(400, 'BadRequest', `Bad ${resource} request: ${message}.`);

/** 400 with Neutron's `InvalidInput` words. */
export const invalidInput = (message: string): ApiError =>
  neutronError(400, 'InvalidInput', `Invalid input for operation: ${message}.`);

/** 403 by policy; the rule as oslo.policy writes it, such as `rule:create_network`. */
export const policyForbidden = (rule: string): ApiError =>
  neutronError(403, 'PolicyNotAuthorized', `${rule} is disallowed by policy`);

/** 409 when a quota is met; the names are written as Python writes a list. */
export const overQuota = (resources: readonly string[]): ApiError =>
  neutronError(409, 'OverQuota', `Quota exceeded for resources: [${resources.map((name) => `'${name}'`).join(', ')}].`);

/** Words of the 404s, by resource. */
export const neutronNotFound = {
  network: (id: string) => neutronError(404, 'NetworkNotFound', `Network ${id} could not be found.`),
  subnet: (id: string) => neutronError(404, 'SubnetNotFound', `Subnet ${id} could not be found.`),
  port: (id: string) => neutronError(404, 'PortNotFound', `Port ${id} could not be found.`),
  router: (id: string) => neutronError(404, 'RouterNotFound', `Router ${id} could not be found`),
  floatingip: (id: string) => neutronError(404, 'FloatingIPNotFound', `Floating IP ${id} could not be found`),
  security_group: (id: string) => neutronError(404, 'SecurityGroupNotFound', `Security group ${id} does not exist`),
  security_group_rule: (id: string) =>
    neutronError(404, 'SecurityGroupRuleNotFound', `Security group rule ${id} does not exist`),
} as const;

/** What Neutron's own code stumbles over. */
export const internalError = () =>
  neutronError(500, 'HTTPInternalServerError', 'Request Failed: internal server error while processing your request.');
