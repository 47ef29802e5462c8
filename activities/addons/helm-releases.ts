import { ApplicationFailure } from '@temporalio/activity';
import { z } from 'zod';
import type { AddonRelease } from '../../addons/index.ts';
import { canonicalJson, CLUSTER_LABEL, FailureType } from '../../model/index.ts';
import type { PreparedValues } from './addon-values.ts';
import { helmFailure } from './helm-failures.ts';
import { HelmError } from './helm-program.ts';
import type { HelmRun } from './helm-run.ts';

/** Which addon it is, and how many come before it: one that is gone from the specification says so itself. */
const ADDON_LABEL = 'slipway.dev/addon';
const RANK_LABEL = 'slipway.dev/rank';

/** Removing what a release made, hooks included. */
const REMOVAL_MS = 6 * 60_000;
/** Revisions of a release that are kept, each a Secret of up to 1 MiB. */
export const KEPT_REVISIONS = 5;

/** Where a release is. */
export interface ReleaseName {
  readonly release: string;
  readonly namespace: string;
}

const status = z.string().min(1);

const metadataSchema = z.looseObject({
  revision: z.number(),
  status,
  version: z.string(),
  appVersion: z.string().default(''),
  labels: z.record(z.string(), z.string()).nullish(),
});

/** A release as its newest revision says. */
export interface FoundRelease {
  readonly revision: number;
  readonly status: string;
  /** Of the chart. */
  readonly version: string;
  readonly appVersion: string;
  /** Id of the cluster for which Slipway made it; empty when somebody else did. */
  readonly cluster: string;
  readonly addon: string;
  readonly rank: number;
}

const listSchema = z.array(z.looseObject({ name: z.string(), namespace: z.string() }));

const historySchema = z.array(
  z.looseObject({
    revision: z.number(),
    updated: z.string(),
    status,
    chart: z.string(),
    app_version: z.string().default(''),
  }),
);

/** One change of a release. What Helm describes of it is left out: it may hold values. */
export type ReleaseRevision = Pick<z.output<typeof historySchema>[number], 'revision' | 'updated' | 'status' | 'chart'>;

const valuesSchema = z.record(z.string(), z.unknown()).nullable();

/** The releases of one cluster. */
export class HelmReleases {
  readonly #run: HelmRun;
  readonly #id: string;

  constructor(run: HelmRun, id: string) {
    this.#run = run;
    this.#id = id;
  }

  /** All that Slipway made in this cluster. */
  async own(): Promise<ReleaseName[]> {
    const args = ['list', '--all-namespaces', '--selector', `${CLUSTER_LABEL}=${this.#id}`, '--max', '1000'];
    const list = await this.#call('listing the releases', () => this.#run.json(args, listSchema));
    return list.map(({ name, namespace }) => ({ release: name, namespace }));
  }

  /** Undefined when there is no such release. */
  async find(name: ReleaseName): Promise<FoundRelease | undefined> {
    const args = ['get', 'metadata', ...target(name)];
    const found = await this.#call(`looking at release ${name.release}`, () =>
      this.#run.json(args, metadataSchema).catch(absent),
    );
    if (found === undefined) return undefined;
    const { revision, status: state, version, appVersion } = found;
    const label = (key: string): string => found.labels?.[key] ?? '';
    return {
      ...{ revision, status: state, version, appVersion },
      cluster: label(CLUSTER_LABEL),
      addon: label(ADDON_LABEL) || name.release,
      rank: Number(label(RANK_LABEL)) || 0,
    };
  }

  /** Whether it was given these values. */
  async haveValues(name: ReleaseName, { values }: PreparedValues): Promise<boolean> {
    const args = ['get', 'values', ...target(name)];
    const given = await this.#call(`reading the values of ${name.release}`, () => this.#run.json(args, valuesSchema));
    return canonicalJson(given ?? {}) === canonicalJson(values);
  }

  /** What it consists of, as YAML. May hold what is secret. */
  manifest(name: ReleaseName): Promise<string> {
    return this.#call(`reading what ${name.release} consists of`, () =>
      this.#run.call(['get', 'manifest', ...target(name)]),
    );
  }

  /** Its last changes, the latest last; none when there is no such release. */
  async history(name: ReleaseName): Promise<ReleaseRevision[]> {
    const args = ['history', ...target(name), '--max', `${KEPT_REVISIONS + 5}`];
    const rows = await this.#call(`reading the history of ${name.release}`, () =>
      this.#run.json(args, historySchema).catch(absent),
    );
    return (rows ?? []).map(({ revision, updated, status: state, chart }) => ({
      revision,
      updated,
      status: state,
      chart,
    }));
  }

  /**
   * A release that can be changed, or none. One that Helm was killed over stays "pending" for ever, and Helm refuses to
   * touch it (helm/helm#7476): a pending change is taken back to the newest revision that stood; a first installation
   * or a removal that was cut off is removed.
   *
   * @throws ApplicationFailure `Addon.Conflict` when somebody else made it
   */
  async settle(name: ReleaseName): Promise<FoundRelease | undefined> {
    const found = await this.find(name);
    if (found === undefined) return undefined;
    this.#refuseForeign(name, found);
    if (!/^(pending-|uninstall)/.test(found.status)) return found;
    const stood = (await this.history(name)).filter((one) => one.status === 'deployed' || one.status === 'superseded');
    const [newest] = stood.sort((a, b) => b.revision - a.revision);
    if (found.status.startsWith('uninstall') || newest === undefined) {
      await this.remove(name);
      return undefined;
    }
    const args = ['rollback', ...onlyName(name, `${newest.revision}`), '--history-max', `${KEPT_REVISIONS}`];
    await this.#call(`taking ${name.release} back to revision ${newest.revision}`, () =>
      this.#run.call([...args, '--timeout', '2m'], { timeoutMs: REMOVAL_MS }),
    );
    return await this.find(name);
  }

  /** Removes a release of ours and waits until what it made is gone. Gone already is well. */
  async remove(name: ReleaseName): Promise<void> {
    const found = await this.find(name);
    if (found === undefined) return;
    this.#refuseForeign(name, found);
    await this.#call(`removing release ${name.release}`, () =>
      this.#run.call(['uninstall', ...target(name), '--ignore-not-found', '--wait', '--timeout', '5m'], {
        timeoutMs: REMOVAL_MS,
      }),
    );
  }

  /** The labels of an addon's release, as `--labels` takes them. */
  labels({ key, rank }: AddonRelease): string {
    const labels = { [CLUSTER_LABEL]: this.#id, [ADDON_LABEL]: key, [RANK_LABEL]: rank };
    return Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
  }

  #refuseForeign({ release, namespace }: ReleaseName, { cluster }: FoundRelease): void {
    if (cluster === this.#id) return;
    throw ApplicationFailure.nonRetryable(
      `release ${release} in namespace ${namespace} was not made by Slipway and is left alone: remove it, or leave the addon out`,
      FailureType.AddonConflict,
    );
  }

  async #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw helmFailure(error, what);
    }
  }
}

const target = ({ release, namespace }: ReleaseName): string[] => [release, '--namespace', namespace];

const onlyName = ({ release, namespace }: ReleaseName, revision: string): string[] => [
  ...[release, revision],
  ...['--namespace', namespace],
];

function absent(error: unknown): undefined {
  if (error instanceof HelmError && /release: not found/.test(error.words)) return undefined;
  throw error;
}
