import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import type { V1Node } from '@kubernetes/client-node';
import { type Expectation, FailureType, NODE_GROUP_LABEL, onlyGroup } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { reportProgress } from '../lib/progress.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import { BootWatch } from '../machines/boot-watch.ts';
import type { Clouds } from '../cloud/clouds.ts';
import type { ExpectedMachines } from '../machines/wait-for-servers.ts';
import { requireApi } from './cluster-api.ts';
import { describe } from './failures.ts';
import { isReady } from './node-state.ts';

/** A machine gives up joining after twenty minutes. */
const DEADLINE_MS = 35 * 60_000;
/** A watch is opened anew after this long, with a fresh list: what was missed meanwhile is seen then. */
const WATCH_SECONDS = 30;

/**
 * Waits until so many machines of each group are Ready nodes, by one watch, whatever their number. Nodes are counted by
 * the label of their group; those of the control plane by kubeadm's.
 */
export const waitForNodes =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, expected }: ExpectedMachines): Promise<void> => {
    const api = await requireApi(vault, id);
    const boots = new BootWatch(await clouds.get(spec.cloud), id, onlyGroup(expected));
    const limitMs = timeLeft(DEADLINE_MS);
    const deadline = Date.now() + limitMs;
    let trouble = '';
    const census = new Census(expected);
    while (!census.complete()) {
      cancellationSignal().throwIfAborted();
      if (Date.now() > deadline) {
        throw ApplicationFailure.nonRetryable(
          `waited ${Math.round(limitMs / 1000)} s for the nodes of ${id}: ${census.summary()}${trouble}`,
          FailureType.DeadlineExceeded,
        );
      }
      try {
        const { nodes, resourceVersion } = await api.nodes();
        census.restart(nodes);
        const stop = new AbortController();
        const seen = () => {
          reportProgress({ detail: census.summary(), done: census.ready(), of: census.wanted });
          if (census.complete()) stop.abort();
        };
        seen();
        if (census.complete()) break;
        const signal = AbortSignal.any([stop.signal, cancellationSignal()]);
        const seconds = Math.max(1, Math.min(WATCH_SECONDS, Math.round((deadline - Date.now()) / 1000)));
        await api.watchNodes(resourceVersion, seconds, signal, (type, node) => {
          census.see(type, node);
          seen();
        });
      } catch (error) {
        // The API's own start-up shakes: etcd members join, the load balancer learns of them. The deadline bounds it.
        trouble = `; the API does not answer (${describe(error)})`;
        reportProgress({
          detail: `${census.summary()}${trouble}`,
          done: census.ready(),
          of: census.wanted,
        });
        await sleep(1000, undefined, { signal: cancellationSignal() });
      }
      if (!census.complete()) await boots.check(census.names());
    }
  };

/** Which of the wanted nodes are Ready. */
class Census {
  readonly wanted: number;
  readonly #wantedByGroup: ReadonlyMap<string, number>;
  /** Names of the Ready nodes by group. */
  readonly #ready: ReadonlyMap<string, Set<string>>;

  constructor(expected: readonly Expectation[]) {
    this.#wantedByGroup = new Map(expected.map(({ group, count }) => [group, count]));
    this.#ready = new Map([...this.#wantedByGroup.keys()].map((group) => [group, new Set()]));
    this.wanted = [...this.#wantedByGroup.values()].reduce((sum, count) => sum + count, 0);
  }

  restart(nodes: readonly V1Node[]): void {
    for (const names of this.#ready.values()) names.clear();
    for (const node of nodes) this.see('ADDED', node);
  }

  see(type: 'ADDED' | 'MODIFIED' | 'DELETED', node: V1Node): void {
    const name = node.metadata?.name ?? '';
    const names = this.#ready.get(node.metadata?.labels?.[NODE_GROUP_LABEL] ?? '');
    if (type !== 'DELETED' && isReady(node)) names?.add(name);
    else names?.delete(name);
  }

  names(): ReadonlySet<string> {
    return new Set([...this.#ready.values()].flatMap((names) => [...names]));
  }

  ready(): number {
    return [...this.#wantedByGroup].reduce((sum, [group, count]) => sum + Math.min(count, this.#readyOf(group)), 0);
  }

  complete(): boolean {
    return this.ready() === this.wanted;
  }

  summary(): string {
    const groups = [...this.#wantedByGroup].map(([group, count]) => `${group} ${this.#readyOf(group)}/${count}`);
    return `${this.ready()} of ${this.wanted} nodes are Ready (${groups.join(', ')})`;
  }

  #readyOf(group: string): number {
    return this.#ready.get(group)?.size ?? 0;
  }
}
