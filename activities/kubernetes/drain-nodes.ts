import { ApplicationFailure } from '@temporalio/activity';
import type { V1Pod } from '@kubernetes/client-node';
import { FailureType, operationWorkflowId } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { concurrently } from '../lib/concurrently.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import { type ClusterApi, requireApi, statusOf } from './cluster-api.ts';
import { kubernetesFailure, statusIn } from './failures.ts';
import { CORDONED_BY } from './node-state.ts';

export interface DrainInput {
  readonly id: string;
  /** Names of the nodes; those that are not there are drained. */
  readonly nodes: readonly string[];
  readonly minutes: number;
  /** With `force` what a budget still blocks at the deadline is left where it is; else the drain fails. */
  readonly onBlocked: 'pause' | 'fail' | 'force';
  /**
   * Ends with what is drained when the rest does not get on for {@link STUCK_MS}, and at the deadline with whatever is,
   * without a failure: a node that hangs holds only itself.
   */
  readonly partly?: boolean;
}

/** How a drain ended. */
export interface Drained {
  /** Nodes on which pods are left that a budget protects; none unless `force`. */
  readonly blocked: number;
  /** With `partly`: names of the nodes that still have pods, and why. */
  readonly left?: readonly string[];
  readonly why?: string;
}

/** Requests to one API server at the same time. */
const AT_ONCE = 10;
/** How long nothing has to happen before a drain is taken for one that hangs. */
const STUCK_MS = 15_000;
/** Pods in one page of the list. */
const PAGE = 500;
/** Blocked pods that are named in a sentence. */
const NAMED = 5;

/**
 * Cordons nodes, and evicts their pods through the eviction API, so that PodDisruptionBudgets are respected. Pods of
 * DaemonSets, static pods and pods that have ended stay: they end with the node. Pods without a controller are evicted,
 * too, and nobody makes them anew. Waits until the pods are gone.
 *
 * @throws ApplicationFailure `Kubernetes.DrainBlocked` with pods and budgets; the nodes are then still cordoned
 */
export const drainNodes =
  ({ vault }: { vault: VaultClient }) =>
  async ({ id, nodes, minutes, onBlocked, partly = false }: DrainInput): Promise<Drained> => {
    const api = await requireApi(vault, id);
    const by = operationWorkflowId(id);
    await concurrently(nodes, AT_ONCE, (node) => cordon(api, node, by));
    const drain = new Drain(api, new Set(nodes));
    try {
      await poll(
        { subject: `the pods of ${nodes.length} nodes to be evicted`, ...pace(nodes.length, minutes) },
        async () => {
          const round = await drain.round();
          return partly && drain.nodesLeft().length < nodes.length && drain.isStuck() ? { done: true } : round;
        },
      );
      return { blocked: 0, ...(partly ? drain.rest() : {}) };
    } catch (error) {
      const isLate = error instanceof ApplicationFailure && error.type === FailureType.DeadlineExceeded;
      if (!isLate) throw error;
      if (partly) return { blocked: 0, ...drain.rest() };
      if (onBlocked === 'force') return { blocked: drain.nodesLeft().length };
      throw ApplicationFailure.nonRetryable(
        `the nodes could not be drained within ${minutes} min: ${drain.summary()}. Scale the workload up, change its budget, ` +
          'or ask again with onBlocked: force',
        FailureType.KubernetesDrainBlocked,
      );
    }
  };

/** Each look lists the pods of all nodes: where they are many, there are fewer looks. */
const pace = (nodes: number, minutes: number): { deadlineMs: number; longestMs: number } => ({
  deadlineMs: minutes * 60_000,
  longestMs: nodes > 10 ? 10_000 : 3_000,
});

/** Makes a node unschedulable. Who has it so already keeps it so: only our own cordon is marked as ours. */
async function cordon(api: ClusterApi, name: string, by: string): Promise<void> {
  try {
    const { spec } = await api.core.readNode({ name }, api.options());
    if (spec?.unschedulable === true) return;
    await api.patchNode(name, { metadata: { annotations: { [CORDONED_BY]: by } }, spec: { unschedulable: true } });
  } catch (error) {
    if (statusOf(error) !== 404) throw kubernetesFailure(error, `cordoning node ${name}`);
  }
}

class Drain {
  readonly #api: ClusterApi;
  readonly #nodes: ReadonlySet<string>;
  #left: V1Pod[] = [];
  /** Why a pod was not evicted, in the API server's words, by `<namespace>/<name>`. */
  readonly #blocked = new Map<string, string>();
  /** When a pod went last. */
  #wentAt = Date.now();

  constructor(api: ClusterApi, nodes: ReadonlySet<string>) {
    this.#api = api;
    this.#nodes = nodes;
  }

  /** Evicts what is left, and says whether anything was. */
  async round(): Promise<{ done: true } | { pending: string }> {
    const before = this.#left.length;
    this.#left = (await this.#pods()).filter(mustGo);
    if (this.#left.length !== before) this.#wentAt = Date.now();
    this.#blocked.clear();
    if (this.#left.length === 0) return { done: true };
    const fresh = this.#left.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    await concurrently(fresh, AT_ONCE, (pod) => this.#evict(pod));
    reportProgress({ detail: this.summary() });
    return { pending: this.summary() };
  }

  /** Names of the nodes that still have pods. */
  nodesLeft(): string[] {
    return [...new Set(this.#left.map(({ spec }) => spec?.nodeName ?? ''))];
  }

  /** Whether no pod has gone for long. */
  isStuck(): boolean {
    return Date.now() - this.#wentAt > STUCK_MS;
  }

  rest(): Pick<Drained, 'left' | 'why'> {
    return { left: this.nodesLeft(), why: this.summary() };
  }

  summary(): string {
    const left = `left: ${many(this.#left.length, 'pod')} on ${many(this.nodesLeft().length, 'node')}`;
    const blocked = [...this.#blocked].slice(0, NAMED).map(([pod, why]) => `${pod}: ${why}`);
    const more = this.#blocked.size > NAMED ? ` and ${this.#blocked.size - NAMED} more` : '';
    return blocked.length === 0 ? left : `${left}; blocked: ${blocked.join('; ')}${more}`;
  }

  async #pods(): Promise<V1Pod[]> {
    const [only, ...more] = this.#nodes;
    const fieldSelector = more.length === 0 && only !== undefined ? `spec.nodeName=${only}` : undefined;
    const found: V1Pod[] = [];
    let page: string | undefined;
    try {
      do {
        const list = await this.#api.core.listPodForAllNamespaces(
          {
            limit: PAGE,
            ...(fieldSelector === undefined ? {} : { fieldSelector }),
            ...(page === undefined ? {} : { _continue: page }),
          },
          this.#api.options(),
        );
        found.push(...list.items.filter(({ spec }) => this.#nodes.has(spec?.nodeName ?? '')));
        page = list.metadata?._continue;
      } while (page);
    } catch (error) {
      throw kubernetesFailure(error, 'listing the pods that are to be evicted');
    }
    return found;
  }

  async #evict({ metadata }: V1Pod): Promise<void> {
    const { name = '', namespace = '', uid } = metadata ?? {};
    try {
      const body = {
        metadata: { name, namespace },
        deleteOptions: uid === undefined ? {} : { preconditions: { uid } },
      };
      await this.#api.core.createNamespacedPodEviction({ name, namespace, body }, this.#api.options());
    } catch (error) {
      const status = statusOf(error);
      // Gone, or another pod of this name meanwhile.
      if (status === 404 || status === 409) return;
      if (status !== 429) throw kubernetesFailure(error, `evicting pod ${namespace}/${name}`);
      this.#blocked.set(`${namespace}/${name}`, whyBlocked(error));
    }
  }
}

/** Whether a pod has to be evicted before its node goes (as `kubectl drain`, with emptyDir data deleted). */
function mustGo({ metadata, status }: V1Pod): boolean {
  const isOfDaemonSet =
    metadata?.ownerReferences?.some(({ kind, controller }) => kind === 'DaemonSet' && controller) ?? false;
  const isStatic = metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined;
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !isOfDaemonSet && !isStatic && !hasEnded;
}

/** The API server names the budget in the Status's causes. */
function whyBlocked(error: unknown): string {
  const status = statusIn(error);
  return (
    status?.details?.causes?.map(({ message }) => message).join(', ') ?? status?.message ?? 'a budget forbids it now'
  );
}

const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
