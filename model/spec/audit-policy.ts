import { parseDocument } from 'yaml';
import { z } from 'zod';
import { isDnsName } from './text.ts';

/*
 * audit.k8s.io/v1 Policy, as kube-apiserver reads it (apiserver: pkg/apis/audit/v1/types.go and
 * validation/validation.go, pkg/audit/policy/reader.go). An unknown field is an error here; the API server only writes
 * a warning and records other things than its author meant.
 */

const stages = z.array(z.enum(['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'])).nullish();
const texts = z.array(z.string()).nullish();
const flag = z.boolean().nullish();

const resourcesSchema = z
  .strictObject({
    group: z
      .string()
      .refine(
        (name) => name === '' || name === '*' || isDnsName(name),
        'must be an API group without a version, "" or "*"',
      )
      .nullish(),
    resources: texts,
    resourceNames: texts,
  })
  .refine(({ resources, resourceNames }) => !isSome(resourceNames) || isSome(resources), {
    path: ['resourceNames'],
    message: 'needs resources',
  });

const urlSchema = z
  .string()
  .regex(/^(\*|\/[^*]*\*?)$/, 'must be "*" or a path that starts with "/", with "*" at most as its last character');

const ruleSchema = z
  .strictObject({
    level: z.enum(['None', 'Metadata', 'Request', 'RequestResponse']),
    users: texts,
    userGroups: texts,
    verbs: texts,
    resources: z.array(resourcesSchema).nullish(),
    namespaces: texts,
    nonResourceURLs: z.array(urlSchema).nullish(),
    omitStages: stages,
    omitManagedFields: flag,
  })
  .refine((rule) => !isSome(rule.nonResourceURLs) || !(isSome(rule.resources) || isSome(rule.namespaces)), {
    path: ['nonResourceURLs'],
    message: 'cannot be together with resources or namespaces',
  });

const policySchema = z.strictObject({
  apiVersion: z.literal('audit.k8s.io/v1'),
  kind: z.literal('Policy'),
  metadata: z.strictObject({ name: z.string().optional() }).optional(),
  omitStages: stages,
  omitManagedFields: flag,
  rules: z.array(ruleSchema).min(1, 'must have at least one rule'),
});

/** Printable characters and line ends: what YAML allows unescaped, on which all its readers agree. */
const READABLE = /^[\n\r\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** What is wrong with the text of an audit policy; undefined when kube-apiserver loads it. */
export function auditPolicyIssue(text: string): string | undefined {
  if (!READABLE.test(text)) return 'must be YAML without tabs and control characters';
  if (/^%/m.test(text) || /\\u[dD][89a-fA-F]/.test(text))
    return 'must be YAML without directives and halves of characters';
  let policy: unknown;
  try {
    policy = readYaml(text);
  } catch (error) {
    return `must be YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  }
  const parsed = z.safeParse(policySchema, policy);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return `must be an audit.k8s.io/v1 Policy: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
}

/**
 * The API server reads YAML 1.1, and takes each key once.
 *
 * @throws Error that says where the text is no such YAML, or that it has more than one document.
 */
function readYaml(text: string): unknown {
  // What begins as JSON is read as JSON only (apimachinery: pkg/util/yaml, GuessJSONStream).
  if (/^\s*\{/.test(text)) return JSON.parse(text);
  const document = parseDocument(text, { version: '1.1', uniqueKeys: true, strict: true, logLevel: 'silent' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  return document.toJS({ maxAliasCount: 10 });
}

const isSome = (list: readonly unknown[] | null | undefined): boolean => (list ?? []).length > 0;
