import { z } from 'zod';
import type { InputIssue } from './failures.ts';
import { reasonOf } from './input-reasons.ts';

/** What parsing an input gave: the value with its defaults, or everything that is wrong with it. */
export type ParsedInput<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: InputIssue[] };

/**
 * Stands for a payload that cannot be read, so that whoever parses it can say so; to throw would fail the workflow's
 * task for ever.
 */
export class UnreadablePayload {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * Parses an operation's input; never throws. Issues name the field's path as a person would write it:
 * `nodeGroups[0].count`.
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): ParsedInput<z.output<S>> {
  if (input instanceof UnreadablePayload) {
    return { ok: false, issues: [{ path: '', reason: `cannot be read: ${input.reason}` }] };
  }
  // The function, not the schema's method: zod makes methods on first use, which a schema that workflows share (and is
  // frozen) refuses.
  const parsed = z.safeParse(schema, input, { error: reasonOf });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, issues: parsed.error.issues.flatMap(toIssues) };
}

/** All issues as one sentence, for a failure's message or a terminal. */
export function describeIssues(issues: readonly InputIssue[]): string {
  return issues.map(({ path, reason }) => `${path === '' ? 'input' : path}: ${reason}`).join('; ');
}

function toIssues(issue: z.core.$ZodIssue): InputIssue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: formatPath([...issue.path, key]), reason: 'unknown field' }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: formatPath(issue.path), reason: message }));
  }
  return [{ path: formatPath(issue.path), reason: issue.message }];
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
