import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import {
  ApiException,
  type ConfigurationOptions,
  CoreV1Api,
  KubeConfig,
  Observable,
  PatchStrategy,
  setHeaderOptions,
  type V1Node,
  Watch,
} from '@kubernetes/client-node';
import { z } from 'zod';
import { FailureType, vaultPaths, timeLimit } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { kubernetesFailure } from './failures.ts';

/** Of server-side apply: who owns the fields that Slipway sets. */
export const FIELD_MANAGER = 'slipway';

/** A request that is not answered by then counts as unanswered. */
const TIMEOUT_MS = 10_000;

/** The API of one cluster, with the administrator's kubeconfig from Vault. */
export class ClusterApi {
  readonly core: CoreV1Api;
  /** For what the generated client has no method for. */
  readonly config: KubeConfig;

  private constructor(config: KubeConfig) {
    this.config = config;
    this.core = config.makeApiClient(CoreV1Api);
  }

  /** The API of a cluster; undefined when there is no kubeconfig yet. Sends nothing to it. */
  static async find(vault: VaultClient, id: string): Promise<ClusterApi | undefined> {
    const kubeconfig = await findKubeconfig(vault, id);
    return kubeconfig === undefined ? undefined : ClusterApi.of(kubeconfig);
  }

  /** The API of a kubeconfig, YAML. Sends nothing to it. */
  static of(kubeconfig: string): ClusterApi {
    const config = new KubeConfig();
    config.loadFromString(kubeconfig);
    return new ClusterApi(config);
  }

  /** Options of a single request: a time-out, and the cancellation of the current activity. */
  options(): ConfigurationOptions {
    const signal = AbortSignal.any([cancellationSignal(), timeLimit(TIMEOUT_MS)]);
    return {
      middlewareMergeStrategy: 'append',
      middleware: [
        {
          pre: (context) => {
            context.setSignal(signal);
            return new Observable(Promise.resolve(context));
          },
          post: (context) => new Observable(Promise.resolve(context)),
        },
      ],
    };
  }

  /** The same for a server-side apply: its `fieldManager` is {@link FIELD_MANAGER}. */
  applyOptions(): ConfigurationOptions {
    return setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply, this.options());
  }

  /** All nodes, and the version at which they were read, from which a watch goes on. */
  async nodes(): Promise<{ nodes: V1Node[]; resourceVersion: string }> {
    const list = await this.core.listNode({}, this.options());
    return { nodes: list.items, resourceVersion: list.metadata?.resourceVersion ?? '0' };
  }

  /** Changes a node by a merge patch (RFC 7386). */
  async patchNode(name: string, body: object): Promise<void> {
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch, this.options());
    await this.core.patchNode({ name, body }, options);
  }

  /**
   * Calls `onNode` for every change of a node until `stop` is aborted or the server ends the watch (it does so after
   * `seconds` at the latest). Resolves either way; rejects when the watch is refused, breaks, or is not answered.
   */
  async watchNodes(
    resourceVersion: string,
    seconds: number,
    stop: AbortSignal,
    onNode: (type: 'ADDED' | 'MODIFIED' | 'DELETED', node: V1Node) => void,
  ): Promise<void> {
    const watch = new Watch(this.config);
    await new Promise<void>((resolve, reject) => {
      const onEvent = (type: string, node: unknown) => {
        if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') onNode(type, nodeSchema.parse(node));
        else if (type === 'ERROR') finish();
      };
      let abort: AbortController | undefined;
      let ended = false;
      const end = () => {
        ended = true;
        clearTimeout(unanswered);
        stop.removeEventListener('abort', finish);
        abort?.abort();
      };
      const finish = () => {
        end();
        resolve();
      };
      const fail = (error: Error) => {
        end();
        reject(error);
      };
      // The fault matrix, "waitForNodes GET kubernetes …watch=true: hang": an API server that takes the request and
      // never answers.
      const unanswered = setTimeout(() => fail(new Error(`no answer to a watch within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
      stop.addEventListener('abort', finish, { once: true });
      if (stop.aborted) {
        finish();
        return;
      }
      // The client tells of a refusal as of an end; taken for one, the next watch would follow at once, and the next.
      const done = (error: unknown) => (error instanceof Error ? fail(error) : finish());
      watch.watch('/api/v1/nodes', { resourceVersion, timeoutSeconds: seconds }, onEvent, done).then((controller) => {
        clearTimeout(unanswered);
        abort = controller;
        if (ended) controller.abort();
      }, fail);
    });
  }
}

/** The API of a cluster that must have a kubeconfig by now. */
export async function requireApi(vault: VaultClient, id: string): Promise<ClusterApi> {
  return ClusterApi.of(await requireKubeconfig(vault, id));
}

/** The administrator's kubeconfig, YAML. @throws ApplicationFailure `Vault.NotFound` when there is none */
export async function requireKubeconfig(vault: VaultClient, id: string): Promise<string> {
  const kubeconfig = await findKubeconfig(vault, id);
  if (kubeconfig !== undefined) return kubeconfig;
  throw ApplicationFailure.nonRetryable(`cluster ${id} has no kubeconfig in Vault`, FailureType.VaultNotFound);
}

async function findKubeconfig(vault: VaultClient, id: string): Promise<string | undefined> {
  return (await vault.kv.find(vaultPaths(id).kubeconfig, kubeconfigSecret, cancellationSignal()))?.kubeconfig;
}

const kubeconfigSecret = z.looseObject({ kubeconfig: z.string() });

/** The nodes of a cluster whose API must answer. */
export async function listNodes(vault: VaultClient, id: string): Promise<V1Node[]> {
  const api = await requireApi(vault, id);
  try {
    return (await api.nodes()).nodes;
  } catch (error) {
    throw kubernetesFailure(error, `listing the nodes of ${id}`);
  }
}

/** Removes a node object. Gone already is well. */
export async function removeNode(api: ClusterApi, name: string): Promise<void> {
  try {
    await api.core.deleteNode({ name }, api.options());
  } catch (error) {
    if (statusOf(error) !== 404) throw kubernetesFailure(error, `removing node ${name}`);
  }
}

/** What is read of a node; the rest passes. */
const nodeSchema = z.custom<V1Node>((value) => typeof value === 'object' && value !== null && 'metadata' in value);

/** HTTP status of an error of the Kubernetes client; undefined when no answer came. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}
