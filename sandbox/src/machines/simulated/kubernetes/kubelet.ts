import { isNodeLost } from './nodes.ts';
import { at, fieldsAt, listAt, textAt, timestamp, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import { resourceOf } from './resource-type.ts';
import type { WorkQueue } from './work-queue.ts';

const pods = resourceOf('Pod');
const nodes = resourceOf('Node');

const ownerKind = (pod: KubeObject) =>
  pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.kind;

/** The registry of an image, without its port; Docker's for a name without one. */
function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':'));
  return isHost ? first.replace(/:\d+$/u, '') : 'docker.io';
}

/** Whether a command is one that ends, and how: `true` and `false` are the only programs that are known here. */
function exitCodeOf(container: unknown): number | undefined {
  const [program = ''] = listAt(container, 'command').map(String);
  const name = program.split('/').at(-1);
  return name === 'true' ? 0 : name === 'false' ? 1 : undefined;
}

interface Outcome {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly state: (container: unknown) => Readonly<Record<string, unknown>>;
}

const condition = (type: string, yes: boolean, now: string) => ({
  type,
  status: yes ? 'True' : 'False',
  lastProbeTime: null,
  lastTransitionTime: now,
});

/**
 * What the kubelets of all nodes do: a pod on a node runs and is ready at once, and a pod of a Job ends well. What is
 * known to go otherwise does: `false` fails where a pod may end, and no image comes from a registry below `.invalid`,
 * a domain in which no name exists (RFC 2606). Nothing else of an image or a command is looked at.
 */
export class Kubelets {
  readonly #registry: Registry;
  #addresses = 0;

  constructor(registry: Registry, queue: WorkQueue) {
    this.#registry = registry;
    registry.store.watch(pods, ({ type, object }) => {
      if (type === 'DELETED' || textAt(object, 'spec', 'nodeName') === '') return;
      const { namespace, name } = object.metadata;
      if (textAt(object, 'status', 'phase') === 'Pending' && at(object, 'status', 'startTime') === undefined) {
        queue.add(`run/${namespace ?? ''}/${name}`, () => this.#run(namespace, name));
      }
    });
  }

  #run(namespace: string | undefined, name: string): void {
    const { store } = this.#registry;
    const pod = store.get(pods, namespace, name);
    if (pod === undefined || textAt(pod, 'status', 'phase') !== 'Pending') return;
    const node = store.get(nodes, undefined, textAt(pod, 'spec', 'nodeName'));
    if (node === undefined || isNodeLost(node)) return;
    const now = timestamp();
    const { phase, state } = outcomeOf(pod, now);
    const running = phase === 'Running';
    const hostIP = textAt(listAt(node, 'status', 'addresses')[0], 'address');
    const podIP = fieldsAt(pod, 'spec')['hostNetwork'] === true ? hostIP : this.#podAddress();
    const containerStatuses = listAt(pod, 'spec', 'containers').map((container) => ({
      name: textAt(container, 'name'),
      image: textAt(container, 'image'),
      imageID: '',
      ready: running,
      started: running,
      restartCount: 0,
      state: state(container),
      lastState: {},
    }));
    this.#registry.setStatus(pods, namespace, name, {
      ...fieldsAt(pod, 'status'),
      phase,
      conditions: [
        condition('PodScheduled', true, now),
        condition('Initialized', true, now),
        condition('ContainersReady', running, now),
        condition('Ready', running, now),
      ],
      hostIP,
      hostIPs: [{ ip: hostIP }],
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: now,
      containerStatuses,
    });
  }

  #podAddress(): string {
    this.#addresses += 1;
    return `10.244.${Math.floor(this.#addresses / 250) % 250}.${(this.#addresses % 250) + 2}`;
  }
}

function outcomeOf(pod: KubeObject, now: string): Outcome {
  const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')];
  const unpulled = containers
    .map((container) => textAt(container, 'image'))
    .find((image) => registryOf(image).endsWith('.invalid'));
  if (unpulled !== undefined) {
    const pull = `failed to resolve reference "${unpulled}": dial tcp: lookup ${registryOf(unpulled)}: no such host`;
    const message = `Back-off pulling image "${unpulled}": ErrImagePull: ${pull}`;
    return {
      phase: 'Pending',
      state: (container) =>
        textAt(container, 'image') === unpulled
          ? { waiting: { reason: 'ImagePullBackOff', message } }
          : { waiting: { reason: 'ContainerCreating' } },
    };
  }
  const codes = containers.map(exitCodeOf);
  const known = codes.every((code) => code !== undefined);
  const ends = textAt(pod, 'spec', 'restartPolicy') !== 'Always' && (ownerKind(pod) === 'Job' || known);
  if (!ends) return { phase: 'Running', state: () => ({ running: { startedAt: now } }) };
  return {
    phase: codes.some((code) => code === 1) ? 'Failed' : 'Succeeded',
    state: (container) => {
      const exitCode = exitCodeOf(container) ?? 0;
      const reason = exitCode === 0 ? 'Completed' : 'Error';
      return { terminated: { exitCode, reason, startedAt: now, finishedAt: now } };
    },
  };
}
