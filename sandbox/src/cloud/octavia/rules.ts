import type { Cloud } from '../cloud.ts';
import type { RuleBody, RuleChanges } from './bodies.ts';
import { hasTwins, newChild } from './create.ts';
import { alreadyThere, fault } from './errors.ts';
import { lbOf } from './relations.ts';
import type { L7Policy, L7Rule } from './rows.ts';

const headerName = /^[a-zA-Z0-9!#$%&'*+\-.^_`|~]+$/;
const cookieValue = /^[a-zA-Z0-9!#$%&'()*+\-./:<=>?@[\]^_`{|}~]+$/;
const headerValue = /^[a-zA-Z0-9!"#$%&'()*+,\-./:;<=>?@[\]^_`{|}~\\]+$/;
const quotedHeaderValue = /^"[a-zA-Z0-9 \t!"#$%&'()*+,\-./:;<=>?@[\]^_`{|}~\\]*"$/;

type Checked = Pick<L7Rule, 'type' | 'compare_type' | 'key' | 'value'>;

const wrong = (message: string) => fault(400, `Error parsing L7Rule: ${message}`);
const invalid = (message: string) => wrong(`Invalid L7 Rule: ${message}`);

function checkExpression(value: string): void {
  try {
    new RegExp(value);
  } catch (error) {
    throw wrong(`Unable to parse regular expression: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkValue(value: string, what: string, ...patterns: readonly RegExp[]): void {
  if (!patterns.some((pattern) => pattern.test(value))) throw wrong(`Invalid characters in ${what}`);
}

/** 400 unless the parts of a rule go together (octavia:octavia/common/validate.py, `l7rule_data`). */
export function checkRule({ type, compare_type: comparison, key, value }: Checked): void {
  if (value === '') throw invalid('L7 rule type requires a value');
  if (type.startsWith('SSL_')) {
    checkTlsRule({ type, compare_type: comparison, key, value });
    return;
  }
  const keyed = type === 'HEADER' || type === 'COOKIE';
  if (keyed) {
    if (!key) throw invalid('L7 rule type requires a key');
    checkValue(key, 'key', headerName);
  }
  if (comparison === 'REGEX') {
    checkExpression(value);
    return;
  }
  if (type === 'FILE_TYPE' && comparison !== 'EQUAL_TO') throw invalid('invalid comparison type for rule type');
  if (type === 'COOKIE') checkValue(value, 'cookie value', cookieValue);
  else checkValue(value, keyed ? 'header value' : 'comparison value', headerValue, quotedHeaderValue);
}

function checkTlsRule({ type, compare_type: comparison, key, value }: Checked): void {
  if (type === 'SSL_DN_FIELD') {
    if (comparison === 'REGEX') checkExpression(value);
    if (!key) throw invalid(`L7rule type ${type} needs to specify a key and a value.`);
    if (!/^([a-zA-Z][A-Za-z0-9-]*)$/.test(key)) throw invalid('Invalid L7rule distinguished name field.');
    return;
  }
  if (key) throw invalid(`L7rule type ${type} does not use the "key" field.`);
  if (type === 'SSL_CONN_HAS_CERT' && value.toLowerCase() !== 'true')
    throw invalid(`L7rule value ${value} is not a boolean True string.`);
  if (type === 'SSL_VERIFY_RESULT' && !/^\d+$/.test(value))
    throw invalid(`L7rule type ${type} needs a int value, which is >= 0`);
  if (comparison !== 'EQUAL_TO') throw invalid(`L7rule type ${type} only supports the EQUAL_TO compare type.`);
}

/** Makes a rule of a policy. */
export function makeRule(cloud: Cloud, policy: L7Policy, body: RuleBody): L7Rule {
  checkRule({ ...body, key: body.key ?? null });
  if (hasTwins(body.tags)) throw alreadyThere();
  return cloud.tables.l7Rules.insert({
    ...newChild(body, lbOf(cloud, policy)),
    policyId: policy.id,
    type: body.type,
    compare_type: body.compare_type,
    key: body.key ?? null,
    value: body.value,
    invert: body.invert ?? false,
  });
}

/** What an update changes of a rule, checked with what stays. */
export function changesOfRule(row: L7Rule, body: RuleChanges): Partial<L7Rule> {
  const changes = {
    ...(body.type && { type: body.type }),
    ...(body.compare_type && { compare_type: body.compare_type }),
    ...(body.key !== undefined && { key: body.key }),
    ...(typeof body.value === 'string' && { value: body.value }),
    ...(body.invert !== undefined && { invert: body.invert ?? false }),
  };
  const after = { ...row, ...changes };
  checkRule(after);
  const keyless = ['HOST_NAME', 'PATH', 'FILE_TYPE'].includes(after.type);
  return { ...changes, ...(keyless && { key: null }) };
}
