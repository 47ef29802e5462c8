import { describe, expect, it } from 'vitest';
import { chartFailure, helmFailure, withoutSecrets } from '../../../activities/addons/helm-failures.ts';
import { HelmError } from '../../../activities/addons/helm-program.ts';

const failed = (words: string) => new HelmError('failed', words);

/** What Helm 4.2.3 says, and what it means. */
describe('what Helm says', () => {
  it.each([
    [
      'kubernetes cluster unreachable: Get "https://127.0.0.1:6443/version": dial tcp: connection refused',
      'Kubernetes.Unavailable',
      false,
    ],
    ['UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress', 'Addon.Failed', false],
    [
      'UPGRADE FAILED: conflict occurred while applying object demo/small /v1, Kind=ConfigMap: Apply failed with 1 conflict: conflict with "person" using v1: .data.greeting',
      'Addon.Conflict',
      true,
    ],
    [
      'unable to continue with install: ConfigMap "x" in namespace "y" exists and cannot be imported into the current release: invalid ownership metadata',
      'Addon.Conflict',
      true,
    ],
    [
      "UPGRADE FAILED: values don't meet the specifications of the schema(s) in the following chart(s):; small:",
      'Addon.ValuesRefused',
      true,
    ],
    ['execution error at (bad/templates/x.yaml:1:3): need .Values.must', 'Addon.ValuesRefused', true],
    [
      'server-side apply failed for object demo/UPPER_ /v1, Kind=ConfigMap: ConfigMap "UPPER_" is invalid: metadata.name',
      'Kubernetes.Rejected',
      true,
    ],
    [
      'release slow failed, and has been uninstalled due to rollback-on-failure being set: resource Deployment/demo/slow-web not ready. status: InProgress, message: Replicas: 0/1; context deadline exceeded',
      'Addon.NotReady',
      false,
    ],
    [
      'resource mapping not found for name: "a" namespace: "" from "": no matches for kind "Foo" in version "foo.io/v1"',
      'Addon.Failed',
      false,
    ],
  ])('%s', (words, type, nonRetryable) => {
    expect(helmFailure(failed(words), 'installing web', [], 1)).toMatchObject({ type, nonRetryable });
  });

  it('is tried again so many times, and until the deadline where the API does not answer', () => {
    expect(helmFailure(failed('x not ready'), 'x', [], 2)).toMatchObject({
      type: 'Addon.NotReady',
      nonRetryable: true,
    });
    expect(helmFailure(failed('whatever'), 'x', [], 3)).toMatchObject({ type: 'Addon.Failed', nonRetryable: true });
    expect(helmFailure(failed('cluster unreachable'), 'x', [], 50)).toMatchObject({ nonRetryable: false });
    expect(helmFailure(new HelmError('missing', 'not found'), 'x', [], 1)).toMatchObject({ type: 'Addon.HelmMissing' });
  });

  it('is told without what is secret', () => {
    const secret = 'p"ss\nword';
    const words = `value '${secret}' ${JSON.stringify(secret)} ${Buffer.from(secret).toString('base64')}`;
    expect(withoutSecrets(words, [secret, ''])).toBe(`value '***' "***" ***`);
    const failure = helmFailure(failed(words), 'installing web', [secret], 1);
    expect(String(failure)).not.toContain('ss');
  });

  it('of charts tells what is not there from what does not answer', () => {
    expect(chartFailure(failed('ghcr.io/x/y:1.0.0: not found'), 'x')).toMatchObject({
      ...{ type: 'Addon.ChartUnavailable', nonRetryable: true },
    });
    expect(chartFailure(failed('dial tcp 127.0.0.1:1: connect: connection refused'), 'x')).toMatchObject({
      ...{ type: 'Addon.ChartUnavailable', nonRetryable: false },
    });
  });
});
