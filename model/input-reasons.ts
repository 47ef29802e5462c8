import type { z } from 'zod';

/**
 * Says in a person's words why a value does not fit. Given to zod as the error map of a parse, so a message that the
 * schema itself has for a field comes first.
 */
export function reasonOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${withArticle(issue.expected)}, not ${nameOf(issue.input)}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${bound(issue.origin, issue.exact === true ? 'exactly' : 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${bound(issue.origin, issue.exact === true ? 'exactly' : 'at most', issue.maximum)}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'must be a URL' : undefined;
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return undefined;
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${relation} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  if (origin === 'array' || origin === 'set') return `have ${relation} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `be ${relation} ${limit}`;
}

function withArticle(type: string): string {
  const name = { int: 'whole number', record: 'object', boolean: 'true or false' }[type] ?? type;
  if (name === 'true or false') return name;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : `${value}`;
  return withArticle(typeof value).replace('true or false', 'a boolean');
}
