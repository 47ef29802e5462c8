import { badRequest } from './api-error.ts';
import { at, type KubeObject } from './object.ts';

/** Whether an object is selected. */
export type Selector = (object: KubeObject) => boolean;

const everything: Selector = () => true;

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/u).map((part) => part.trim());
}

function labelRequirement(text: string): Selector {
  const set = /^(?<key>\S+)\s+(?<operator>in|notin)\s*\((?<values>[^)]*)\)$/u.exec(text)?.groups;
  if (set !== undefined) {
    const { key = '', operator, values = '' } = set;
    const wanted = new Set(values.split(',').map((value) => value.trim()));
    return ({ metadata: { labels } }) => {
      const value = labels?.[key];
      const included = value !== undefined && wanted.has(value);
      return operator === 'in' ? included : !included;
    };
  }
  const equality = /^(?<key>[^\s!=]+)\s*(?<operator>==|=|!=)\s*(?<value>\S*)$/u.exec(text)?.groups;
  if (equality !== undefined) {
    const { key = '', operator, value } = equality;
    return ({ metadata: { labels } }) => (labels?.[key] === value) === (operator !== '!=');
  }
  const existence = /^(?<not>!?)(?<key>[^\s!=()]+)$/u.exec(text)?.groups;
  if (existence === undefined) throw badRequest(`unable to parse requirement: "${text}"`);
  const { not, key = '' } = existence;
  return ({ metadata: { labels } }) => (labels?.[key] !== undefined) === (not === '');
}

/**
 * Parses a label selector (`a=b,c!=d,e,!f,g in (h,i),j notin (k)`).
 * @throws ApiError 400 when it is none.
 */
export function labelSelector(text: string | null): Selector {
  if (text === null || text.trim() === '') return everything;
  const requirements = splitOutsideParentheses(text).map(labelRequirement);
  return (object) => requirements.every((matches) => matches(object));
}

/**
 * Parses a field selector (`metadata.name=a,status.phase!=Running`). Any field may be named: a real API server allows
 * a few per resource only.
 * @throws ApiError 400 when it is none.
 */
export function fieldSelector(text: string | null): Selector {
  if (text === null || text.trim() === '') return everything;
  const requirements = text.split(',').map((part): Selector => {
    const parsed = /^(?<path>[^=!]+)(?<operator>==|=|!=)(?<value>.*)$/u.exec(part.trim())?.groups;
    if (parsed === undefined) throw badRequest(`invalid field selector: "${part}"`);
    const path = (parsed['path'] ?? '').split('.');
    return (object) => {
      const found = at(object, ...path);
      const value =
        typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
      return (value === parsed['value']) === (parsed['operator'] !== '!=');
    };
  });
  return (object) => requirements.every((matches) => matches(object));
}

/**
 * The selector in the `spec.selector` of a controller or service: `matchLabels`, `matchExpressions`, or plain labels.
 */
export function objectSelector(selector: unknown): Selector {
  const matchLabels = at(selector, 'matchLabels');
  const expressions = at(selector, 'matchExpressions');
  const labels = matchLabels === undefined && expressions === undefined ? selector : matchLabels;
  const parts = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  for (const expression of Array.isArray(expressions) ? expressions : []) {
    const key = String(at(expression, 'key'));
    const values = at(expression, 'values');
    const list = `(${Array.isArray(values) ? values.join(',') : ''})`;
    const operator = at(expression, 'operator');
    if (operator === 'In') parts.push(`${key} in ${list}`);
    if (operator === 'NotIn') parts.push(`${key} notin ${list}`);
    if (operator === 'Exists') parts.push(key);
    if (operator === 'DoesNotExist') parts.push(`!${key}`);
  }
  return labelSelector(parts.join(','));
}
