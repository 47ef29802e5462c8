import { isRecord, type Call } from '../http/service.ts';
import { neutronError, policyForbidden } from './errors.ts';
import type { Converter, Validator } from './validators.ts';

/** What may be done with an attribute of a resource, as an API definition of neutron-lib says it. */
export interface Attribute {
  /** Whether a creation may have it. */
  readonly post?: boolean;
  /** Whether an update may have it. */
  readonly put?: boolean;
  /** Its value in a creation that does not have it. Without default and not `optional`, a creation must have it. */
  readonly default?: unknown;
  readonly optional?: boolean;
  readonly convert?: Converter;
  readonly check?: Validator;
  /** Whether lists can be filtered by it. */
  readonly filter?: boolean;
  /** Whether lists can be sorted by it. */
  readonly sort?: boolean;
  /** Whether setting it is a matter of policy of its own. */
  readonly policy?: boolean;
  /** Keys of a dictionary, or of a list of dictionaries, that are a matter of policy of their own. */
  readonly policyKeys?: readonly string[];
}

/** The attributes of a resource, in the order in which they are looked at. */
export type AttributeMap = Readonly<Record<string, Attribute>>;

const badRequest = (message: string) => neutronError(400, 'HTTPBadRequest', message);

/**
 * The attributes of a request, checked, converted and with defaults, as
 * openstack/neutron:neutron/api/v2/base.py:prepare_request_body does it. @throws ApiError
 */
export function prepare(
  call: Call,
  singular: string,
  map: AttributeMap,
  given: unknown,
  isCreation: boolean,
): Record<string, unknown> {
  if (!isRecord(given)) throw badRequest(`Object '${singular}' contains invalid data`);
  const values = withOwner(call, structuredClone(given), isCreation);
  const unknown = Object.keys(values).filter((name) => !(name in map));
  if (unknown.length > 0) throw badRequest(`Unrecognized attribute(s) '${unknown.join(', ')}'`);
  for (const [name, attribute] of Object.entries(map)) {
    if (isCreation) fillIn(values, name, attribute);
    else if (name in values && attribute.put !== true)
      throw badRequest(`Cannot update read-only attribute ${name === 'project_id' ? 'tenant_id' : name}`);
  }
  for (const [name, { convert, check }] of Object.entries(map)) {
    if (!(name in values)) continue;
    if (convert) values[name] = convert(values[name]);
    const problem = check?.(values[name]);
    if (problem !== undefined) throw badRequest(`Invalid input for ${name}. Reason: ${problem}.`);
  }
  return values;
}

/** `project_id` and `tenant_id` are the same, and the caller's own but for an administrator. */
function withOwner(call: Call, values: Record<string, unknown>, isCreation: boolean): Record<string, unknown> {
  const owner = values['project_id'] ?? values['tenant_id'];
  if (owner === undefined) {
    const mine = call.who.projectId;
    return isCreation ? { ...values, project_id: mine, tenant_id: mine } : values;
  }
  if (values['project_id'] !== undefined && values['tenant_id'] !== undefined && values['tenant_id'] !== owner)
    throw badRequest("'project_id' and 'tenant_id' do not match");
  if (owner !== call.who.projectId && !call.who.isAdmin) {
    throw badRequest(
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request is not allowed for current user.",
    );
  }
  return { ...values, project_id: owner, tenant_id: owner };
}

function fillIn(values: Record<string, unknown>, name: string, attribute: Attribute): void {
  if (attribute.post !== true) {
    if (name in values) throw badRequest(`Attribute '${name}' not allowed in POST`);
    return;
  }
  if (name in values || attribute.optional === true) return;
  if (!('default' in attribute)) {
    throw badRequest(`Failed to parse request. Required attribute '${name}' not specified`);
  }
  values[name] = structuredClone(attribute.default);
}

/** Whether an ordinary user may do what a rule names, such as `create_network:shared`. */
export type Allows = (rule: string) => boolean;

/**
 * Asks the policy about an action and the attributes that it sets. @throws ApiError 403 that names all rules, as
 * openstack/neutron:neutron/policy.py builds them
 */
export function enforce(
  call: Call,
  action: string,
  map: AttributeMap,
  values: Readonly<Record<string, unknown>>,
  allows: Allows,
): void {
  if (call.who.isAdmin) return;
  const isUpdate = action.startsWith('update_');
  let text = `rule:${action}`;
  const rules = [action];
  for (const [name, attribute] of Object.entries(map)) {
    if (attribute.policy !== true || !(name in values)) continue;
    if (!isUpdate && 'default' in attribute && same(values[name], attribute.default)) continue;
    const rule = `${action}:${name}`;
    const parts = keysOf(values[name], attribute).map((key) => `${rule}:${key}`);
    rules.push(rule, ...parts);
    const inner = parts.map((part) => `rule:${part}`).join(' and ');
    text = parts.length > 0 ? `(${text} and (rule:${rule} and (${inner})))` : `(${text} and rule:${rule})`;
  }
  if (rules.some((rule) => !allows(rule))) throw policyForbidden(text);
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function keysOf(value: unknown, { policyKeys }: Attribute): string[] {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    // The keys that are not there are there as unspecified ones.
    if (policyKeys) return [...policyKeys];
    return items.flatMap((item) => (isRecord(item) ? Object.keys(item) : []));
  }
  return isRecord(value) && policyKeys ? policyKeys.filter((key) => key in value) : [];
}
