import { replicasOf } from './admission.ts';
import { at, listAt, numberAt, textAt, timestamp, type Fields, type KubeObject } from './object.ts';

/** A number of pods, or a percentage of `total`, rounded down. */
const podsFor = (value: unknown, total: number) =>
  typeof value === 'number' ? value : Math.floor((Number.parseInt(String(value), 10) / 100) * total);

/** How many pods of a DaemonSet may be missing while it is updated: at least one. */
export function unavailableOf(daemonSet: KubeObject, total: number): number {
  return Math.max(1, podsFor(at(daemonSet, 'spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable') ?? 1, total));
}

const sum = (sets: readonly KubeObject[], field: string) =>
  sets.reduce((total, set) => total + numberAt(set, 0, 'status', field), 0);

const conditionOf = (object: KubeObject, type: string) =>
  listAt(object, 'status', 'conditions').find((item) => at(item, 'type') === type);

/** A condition that is as old as its status, and was last looked at when its reason changed. */
function condition(object: KubeObject, type: string, yes: boolean, reason: string, message: string) {
  const before = conditionOf(object, type);
  const status = yes ? 'True' : 'False';
  const since = at(before, 'status') === status ? textAt(before, 'lastTransitionTime') : timestamp();
  const updated = at(before, 'reason') === reason && at(before, 'message') === message;
  const lastUpdateTime = updated ? textAt(before, 'lastUpdateTime') : timestamp();
  return { type, status, reason, message, lastUpdateTime, lastTransitionTime: since };
}

/** The status of a Deployment whose pods of now are `current`'s, and of before `old`'s. */
export function deploymentStatus(deployment: KubeObject, current: KubeObject, old: readonly KubeObject[]): Fields {
  const { name, generation } = deployment.metadata;
  const wanted = replicasOf(deployment);
  const all = [current, ...old];
  const updated = numberAt(current, 0, 'status', 'replicas');
  const available = sum(all, 'availableReplicas');
  const total = sum(all, 'replicas');
  const complete =
    numberAt(current, 0, 'status', 'availableReplicas') >= wanted && updated === wanted && total === wanted;
  const room = podsFor(at(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable') ?? 0, wanted);
  const enough = available >= wanted - room;
  const set = current.metadata.name;
  const progress = {
    reason: complete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
    message: `ReplicaSet "${set}" ${complete ? 'has successfully progressed' : 'is progressing'}.`,
  };
  const late = !complete && isLate(deployment, progress.message);
  return {
    observedGeneration: generation,
    replicas: total,
    updatedReplicas: updated,
    readyReplicas: sum(all, 'readyReplicas'),
    availableReplicas: available,
    ...(available < wanted ? { unavailableReplicas: wanted - available } : {}),
    conditions: [
      enough
        ? condition(deployment, 'Available', true, 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
        : condition(
            deployment,
            'Available',
            false,
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
          ),
      late
        ? condition(
            deployment,
            'Progressing',
            false,
            lateReason,
            `ReplicaSet "${set}" of ${name} has timed out progressing.`,
          )
        : condition(deployment, 'Progressing', true, progress.reason, progress.message),
    ],
  };
}

const lateReason = 'ProgressDeadlineExceeded';
const deadlineOf = (deployment: KubeObject) => 1000 * numberAt(deployment, 600, 'spec', 'progressDeadlineSeconds');

/** Whether a rollout that says `message` has done so for longer than it may. */
function isLate(deployment: KubeObject, message: string): boolean {
  const progressing = conditionOf(deployment, 'Progressing');
  // One that was late stays so until it goes on: its message names the same ReplicaSet.
  const set = /"([^"]+)"/u.exec(message)?.[1] ?? '';
  if (at(progressing, 'reason') === lateReason) return textAt(progressing, 'message').includes(`"${set}"`);
  if (at(progressing, 'message') !== message) return false;
  return Date.now() - Date.parse(textAt(progressing, 'lastUpdateTime')) >= deadlineOf(deployment);
}

/** Milliseconds until a rollout that runs is late; undefined when none runs. */
export function rolloutDeadline(deployment: KubeObject, status: Fields): number | undefined {
  const progressing = listAt(status, 'conditions').find((item) => at(item, 'type') === 'Progressing');
  if (at(progressing, 'reason') !== 'ReplicaSetUpdated') return undefined;
  const end = Date.parse(textAt(progressing, 'lastUpdateTime')) + deadlineOf(deployment);
  // Times are whole seconds: a second later it is certainly over.
  return Math.max(0, end - Date.now()) + 1000;
}

/** What a Job's pods have come to. */
export interface JobProgress {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly done: boolean;
  readonly lost: boolean;
}

/** The status of a Job. */
export function jobStatus(job: KubeObject, progress: JobProgress): Fields {
  const { succeeded, failed, active, done, lost } = progress;
  const now = timestamp();
  const over = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    reason,
    message,
    lastProbeTime: now,
    lastTransitionTime: now,
  });
  const reached = ['CompletionsReached', 'Reached expected number of succeeded pods'] as const;
  const exceeded = ['BackoffLimitExceeded', 'Job has reached the specified backoff limit'] as const;
  const conditions = done
    ? [over('SuccessCriteriaMet', ...reached), over('Complete', ...reached)]
    : lost
      ? [over('FailureTarget', ...exceeded), over('Failed', ...exceeded)]
      : [];
  return {
    startTime: at(job, 'status', 'startTime') ?? now,
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    ...(conditions.length > 0 ? { conditions } : { active }),
    ...(done ? { completionTime: now } : {}),
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
  };
}
