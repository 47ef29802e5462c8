import { z } from 'zod';

/**
 * The stable `type` of every failure that leaves an activity or a workflow. Users and other services branch on them, so
 * a name never changes its meaning. `docs/reference/failures.md` says for each what to do.
 */
export const FailureType = {
  /** The input does not fit its schema; details: `{ issues: InputIssue[] }`. Nothing was started. */
  InvalidInput: 'Slipway.InvalidInput',
  /** The cloud is not known: there is no such entry in Vault. */
  UnknownCloud: 'Slipway.UnknownCloud',
  /** A cluster with this name exists and the request was not the one that made it. */
  NameTaken: 'Slipway.NameTaken',
  /** There is no cluster with this name. */
  ClusterNotFound: 'Slipway.ClusterNotFound',
  /** Clusters have lost their workflows, and the request does not say which one it is for. */
  ClusterLost: 'Slipway.ClusterLost',
  /** The cluster cannot take this operation now: it is being deleted, or its queue is full. */
  NotAdmitted: 'Slipway.NotAdmitted',
  /** The pre-flight found that the cloud cannot hold the cluster; details: `{ problems: string[] }`. */
  PreflightFailed: 'Slipway.PreflightFailed',
  /** A machine's user-data failed; the message holds what its console said. */
  BootstrapFailed: 'Slipway.BootstrapFailed',
  /** An operation or a wait went past its deadline. */
  DeadlineExceeded: 'Slipway.DeadlineExceeded',
  /** The deletion's closing sweep found resources that it could not remove; details: `{ left: LeftResource[] }`. */
  LeftBehind: 'Slipway.LeftBehind',
  /** The operation was cancelled, by a person or because the cluster was deleted. */
  Cancelled: 'Slipway.Cancelled',
  /** Vault does not answer, is sealed, or answers 5xx. Retried. */
  VaultUnavailable: 'Vault.Unavailable',
  /** Vault's token is not valid now: expired, revoked, or just being replaced. Retried. */
  VaultUnauthorized: 'Vault.Unauthorized',
  /** Vault refuses: the token's policies do not allow it, or the request is wrong. */
  VaultForbidden: 'Vault.Forbidden',
  /** A secret that must be there is not. */
  VaultNotFound: 'Vault.NotFound',
  /** The cluster's API does not answer. Retried. */
  KubernetesUnavailable: 'Kubernetes.Unavailable',
  /** PodDisruptionBudgets blocked a drain until its deadline; the message names pods and budgets. */
  KubernetesDrainBlocked: 'Kubernetes.DrainBlocked',
  /** Somebody else has made a binding of the name that a role of `access` needs; it is left alone. */
  KubernetesForeign: 'Kubernetes.Foreign',
  /** The cluster's API refuses a request for good. */
  KubernetesRejected: 'Kubernetes.Rejected',
  /** etcd does not answer, or has no leader now. Retried. */
  EtcdUnavailable: 'Etcd.Unavailable',
  /** etcd refuses a request for good. */
  EtcdRejected: 'Etcd.Rejected',
  /** A member was not removed, because etcd would not be whole without it. */
  EtcdNotSafe: 'Etcd.NotSafe',
  /** A chart could not be had: it is not where the worker takes charts from, or the registry does not answer. */
  AddonChartUnavailable: 'Addon.ChartUnavailable',
  /** A chart's archive is not the one that is wanted: its SHA-256 differs. It was not used. */
  AddonChartRefused: 'Addon.ChartRefused',
  /** The chart does not take its values, or makes nothing of them that can be read. */
  AddonValuesRefused: 'Addon.ValuesRefused',
  /** Somebody else has changed fields that the addon sets, or has made a release or an object of its name. */
  AddonConflict: 'Addon.Conflict',
  /** What the addon consists of was not ready in time; Helm has taken the change back. */
  AddonNotReady: 'Addon.NotReady',
  /** Helm failed for another reason. Tried again a few times. */
  AddonFailed: 'Addon.Failed',
  /** An addon that must be there is not begun, because one that comes before it failed. */
  AddonBlocked: 'Addon.Blocked',
  /** The worker has no Helm of version 4. */
  AddonHelmMissing: 'Addon.HelmMissing',
  OpenStackUnavailable: 'OpenStack.Unavailable',
  OpenStackRateLimited: 'OpenStack.RateLimited',
  OpenStackUnauthorized: 'OpenStack.Unauthorized',
  OpenStackForbidden: 'OpenStack.Forbidden',
  OpenStackQuotaExceeded: 'OpenStack.QuotaExceeded',
  OpenStackNotFound: 'OpenStack.NotFound',
  OpenStackConflict: 'OpenStack.Conflict',
  OpenStackResourceBusy: 'OpenStack.ResourceBusy',
  OpenStackInvalidRequest: 'OpenStack.InvalidRequest',
  /**
   * A service answered in another microversion than it was asked for: its answer was not used, nothing was decided by
   * it.
   */
  OpenStackVersionIgnored: 'OpenStack.VersionIgnored',
  /** A resource is in status ERROR; the message holds Nova's fault or the provisioning status. */
  OpenStackResourceInError: 'OpenStack.ResourceInError',
  /**
   * A list holds rows that were not asked for: somebody on the way ignored the filter. Nothing was changed for its
   * sake.
   */
  OpenStackFilterIgnored: 'OpenStack.FilterIgnored',
} as const;

export type FailureType = (typeof FailureType)[keyof typeof FailureType];

/**
 * The cloud's answers cannot be trusted: a filter or a microversion that was asked for was ignored. An operation that
 * meets it stops, and begins nothing more (docs/decisions/0014).
 */
export const isDistrust = (type: string): boolean =>
  type === FailureType.OpenStackFilterIgnored || type === FailureType.OpenStackVersionIgnored;

/** One thing wrong with an input: where (`nodeGroups[0].count`) and why, for a person. */
export interface InputIssue {
  readonly path: string;
  readonly reason: string;
}

/** More left resources are not told in one failure: payloads stay small. */
export const MAX_LEFT = 200;

/** A resource that a deletion could not remove, as the closing sweep found it. */
export const leftResourceSchema = z.strictObject({
  service: z.string(),
  type: z.string(),
  id: z.string(),
  name: z.string(),
  reason: z.string(),
});

export type LeftResource = Readonly<z.output<typeof leftResourceSchema>>;

/** What a failure says beside its sentence, in its first detail. */
export interface FailureDetails {
  /** With `Slipway.InvalidInput` and `Slipway.UnknownCloud`. */
  readonly issues?: readonly InputIssue[];
  /** With `Slipway.PreflightFailed`: one sentence each. */
  readonly problems?: readonly string[];
  /** With `Slipway.LeftBehind`. */
  readonly left?: readonly LeftResource[];
  /** With `OpenStack.FilterIgnored`: what was asked for, and the first row that is none of it. */
  readonly ignored?: IgnoredFilter;
}

/** A filter of a list that was ignored, and a row that shows it. */
export interface IgnoredFilter {
  readonly service: string;
  readonly filter: string;
  readonly id: string;
  readonly name: string;
}

/** Why an operation failed, as it is kept and shown: the failure's stable type and a sentence. */
export interface OperationFailure extends FailureDetails {
  readonly type: string;
  readonly message: string;
}
