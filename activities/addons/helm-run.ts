import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import type { z } from 'zod';
import { FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { ClusterApi, requireKubeconfig } from '../kubernetes/cluster-api.ts';
import type { HelmSettings } from '../deps.ts';
import { callHelm } from './helm-program.ts';

/** A call that changes nothing. */
const LOOK_MS = 2 * 60_000;

/** What a Helm of this major version is called with and prints; another one is refused. */
const VERSION = /^v4\.\d+\.\d+/;

const PREFIX = 'slipway-helm-';
/** A folder that is older belongs to a worker that was killed: no activity takes so long. */
const STALE_MS = 3 * 3600_000;

/** Settings whose program is a Helm that will do: a worker asks it once. */
const accepted = new WeakSet<HelmSettings>();

/** What activities of addons are made of. */
export interface AddonDeps {
  readonly vault: VaultClient;
  readonly helm: HelmSettings;
}

export interface CallOptions {
  readonly input?: string;
  /** Milliseconds; two minutes when absent. */
  readonly timeoutMs?: number;
}

/**
 * Helm for one cluster and the time of one activity: a folder that only this process may read holds the administrator's
 * kubeconfig and all of Helm's homes, and goes at the end.
 */
export class HelmRun {
  readonly folder: string;
  /** The same cluster, for what Helm does not do. */
  readonly api: ClusterApi;
  readonly settings: HelmSettings;
  readonly vault: VaultClient;

  private constructor(folder: string, api: ClusterApi, { helm, vault }: AddonDeps) {
    this.folder = folder;
    this.api = api;
    this.settings = helm;
    this.vault = vault;
  }

  /** @throws ApplicationFailure `Vault.NotFound` without a kubeconfig, `Addon.HelmMissing` without a Helm 4 */
  static async within<T>(deps: AddonDeps, id: string, work: (run: HelmRun) => Promise<T>): Promise<T> {
    const kubeconfig = await requireKubeconfig(deps.vault, id);
    await removeStale();
    const folder = await mkdtemp(join(tmpdir(), PREFIX));
    try {
      await writeFile(join(folder, 'kubeconfig'), kubeconfig, { mode: 0o600 });
      await mkdir(join(folder, 'charts'));
      const run = new HelmRun(folder, ClusterApi.of(kubeconfig), deps);
      await run.#requireVersion();
      return await work(run);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Runs Helm, and returns what it printed. Throws what `callHelm` throws. */
  call(args: readonly string[], { input, timeoutMs = LOOK_MS }: CallOptions = {}): Promise<string> {
    const home = (name: string) => join(this.folder, name);
    return callHelm({
      ...{ program: this.settings.program, args, folder: this.folder, timeoutMs, signal: cancellationSignal() },
      ...(input === undefined ? {} : { input }),
      // Nothing of the worker's own environment but what leads to registries: it holds tokens.
      environment: {
        ...this.settings.environment,
        HOME: this.folder,
        KUBECONFIG: home('kubeconfig'),
        HELM_CACHE_HOME: home('cache'),
        HELM_CONFIG_HOME: home('config'),
        HELM_DATA_HOME: home('data'),
      },
    });
  }

  /** The same, of a call that prints JSON. */
  async json<T>(args: readonly string[], schema: z.ZodType<T>, options?: CallOptions): Promise<T> {
    return schema.parse(JSON.parse(await this.call([...args, '--output', 'json'], options)));
  }

  async #requireVersion(): Promise<void> {
    if (accepted.has(this.settings)) return;
    const printed = (await this.call(['version', '--template', '{{.Version}}'])).trim();
    if (VERSION.test(printed)) {
      accepted.add(this.settings);
      return;
    }
    throw ApplicationFailure.nonRetryable(
      `${this.settings.program} is ${printed}; Helm 4 is needed: SLIPWAY_HELM names the program`,
      FailureType.AddonHelmMissing,
    );
  }
}

/** Removes what workers that were killed have left. */
async function removeStale(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const folder = join(tmpdir(), name);
    const changed = await stat(folder).then(
      ({ mtimeMs, uid }) => (uid === process.getuid?.() ? mtimeMs : undefined),
      () => undefined,
    );
    if (changed !== undefined && changed < Date.now() - STALE_MS) await rm(folder, { recursive: true, force: true });
  }
}
