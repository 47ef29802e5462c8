import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { FailureType } from '../../model/index.ts';
import { HelmError } from './helm-program.ts';

/** What Helm's words mean. The first rule that fits counts. */
interface Rule {
  readonly pattern: RegExp;
  readonly type: FailureType;
  /** `always`: until the activity's deadline. A number: so many tries in all, each of which may take ten minutes. */
  readonly retry: 'always' | number;
  readonly advice?: string;
}

const RULES: readonly Rule[] = [
  {
    pattern:
      /cluster unreachable|connection (refused|reset)|no route to host|TLS handshake timeout|i\/o timeout|: EOF\b/,
    ...{ type: FailureType.KubernetesUnavailable, retry: 'always' },
  },
  {
    pattern: /the server is currently unable to handle|etcdserver: |too many requests|ServiceUnavailable/i,
    ...{ type: FailureType.KubernetesUnavailable, retry: 'always' },
  },
  {
    // Whoever else changes the release at this moment; the next try finds how that ended.
    pattern: /another operation .* is in progress|release: already exists|"sh\.helm\.release\.[^"]*" already exists/,
    ...{ type: FailureType.AddonFailed, retry: 'always' },
  },
  {
    pattern: /conflict occurred while applying|Apply failed with \d+ conflict/,
    ...{ type: FailureType.AddonConflict, retry: 1 },
    advice: 'somebody else changed these fields: give them back (kubectl edit), or take them into the values',
  },
  {
    pattern: /exists and cannot be imported into the current release|invalid ownership metadata/,
    ...{ type: FailureType.AddonConflict, retry: 1 },
    advice: 'the object belongs to nobody or to another release: remove it, or give the addon another name',
  },
  {
    pattern:
      /values don't meet the specifications|execution error at|parse error|error calling|YAML parse error|error converting YAML|cannot unmarshal|nil pointer evaluating/,
    ...{ type: FailureType.AddonValuesRefused, retry: 1 },
  },
  { pattern: /denied the request|is invalid: /, type: FailureType.KubernetesRejected, retry: 1 },
  {
    pattern: /not ready|deadline exceeded|timed out waiting|status: (InProgress|Failed)|BackoffLimitExceeded/,
    ...{ type: FailureType.AddonNotReady, retry: 2 },
  },
];

/** Words of Helm that are told to people; longer ones end here. */
const MAX_TOLD = 1_500;

/**
 * Why Helm failed, as a failure of a stable type in Helm's own words, without what is secret in them. What is no error
 * of Helm is returned as it is.
 */
export function helmFailure(
  error: unknown,
  what: string,
  secrets: readonly string[] = [],
  attempt: number = activityInfo().attempt,
): unknown {
  if (!(error instanceof HelmError)) return error;
  if (error.reason === 'missing') {
    return ApplicationFailure.nonRetryable(
      `${what}: helm cannot be run (${error.words}); SLIPWAY_HELM names the program`,
      FailureType.AddonHelmMissing,
    );
  }
  const rule = error.reason === 'failed' ? RULES.find(({ pattern }) => pattern.test(error.words)) : undefined;
  const { type, retry, advice } = rule ?? { type: FailureType.AddonFailed, retry: 3, advice: undefined };
  const words = withoutSecrets(error.words, secrets).slice(0, MAX_TOLD);
  return ApplicationFailure.create({
    type,
    message: `${what}: ${words}${advice === undefined ? '' : ` (${advice})`}`,
    nonRetryable: retry !== 'always' && attempt >= retry,
  });
}

/**
 * Why a chart could not be had. A registry that does not answer may do so later; a chart that is not there will not.
 */
export function chartFailure(error: unknown, what: string): unknown {
  if (!(error instanceof HelmError) || error.reason === 'missing') return helmFailure(error, what);
  const absent = /not found|404|no chart (version|name) found|improper constraint|403|denied|unauthorized|401/i.test(
    error.words,
  );
  return ApplicationFailure.create({
    type: FailureType.AddonChartUnavailable,
    message: `${what}: ${error.words.slice(0, MAX_TOLD)}`,
    nonRetryable: absent,
  });
}

/** A text with every secret taken out, as it is and as JSON and base64 write it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')]);
  // The longest first: one may hold another.
  return forms.sort((a, b) => b.length - a.length).reduce((rest, form) => rest.replaceAll(form, '***'), text);
}
