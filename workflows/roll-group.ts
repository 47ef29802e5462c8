import { ApplicationFailure, ContinueAsNew, continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ClusterFacts } from '../activities/cloud/pre-flight/pre-flight.ts';
import type { Activities } from '../activities/index.ts';
import type { MachineNeeds } from '../activities/machines/find-machine-needs.ts';
import type { Machine } from '../activities/machines/group-machines.ts';
import type { Going, GroupRolloutStep } from '../activities/machines/plan-group-rollout.ts';
import {
  type ClusterSpec,
  FailureType,
  groupSize,
  type ReplaceNodeGroupInput,
  type StatedLimits,
  WAVE_SIZE,
} from '../model/index.ts';
import { CREATE_MANY, ENSURE, REMOVE, WAIT } from './activity-profiles.ts';
import { drainPartly, givingBack } from './lib/drain.ts';
import { countItems } from './lib/each.ts';
import { toWorkflowFailure } from './lib/failures.ts';
import { requirePartOf } from './lib/part.ts';
import { settleServers } from './lib/settle-servers.ts';
import { type ChildResult, runChildSteps, type StepDeclaration } from './lib/steps.ts';

const ensure = proxyActivities<Activities>(ENSURE);
const createMany = proxyActivities<Activities>(CREATE_MANY);
const wait = proxyActivities<Activities>(WAIT);
const removal = proxyActivities<Activities>(REMOVE);

const steps = {
  checkCluster: { title: 'Check quotas, images, flavors and networks', seconds: 2 },
  planGroupRollout: { title: 'Look at the group’s machines', seconds: 1 },
  admitMachines: { title: 'Let new machines join', seconds: 1 },
  ensureNodes: { title: 'Ask for machines', seconds: 5 },
  waitForServers: { title: 'Servers ACTIVE', seconds: 40 },
  waitForNodes: { title: 'Nodes Ready', seconds: 45 },
  drainNodes: { title: 'Drain machines', seconds: 60 },
  removeMachines: { title: 'Remove machines', seconds: 600 },
} satisfies Record<string, StepDeclaration>;

/** A wave has some sixty events, ninety when Nova fails and a wish comes: so no run has more than 1,500. */
const LONGEST_HISTORY = 1200;

/** A drain looks for the last time up to so long before its deadline. */
const LAST_LOOK_MS = 10_000;

/** More waves than a run has events for. */
const MAX_WAVES = 100;

/** What a rollout of a node group knows, at its start and when it continues as new. */
export interface RollGroupInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly group: string;
  readonly facts: ClusterFacts;
  readonly needs: MachineNeeds;
  readonly serverGroupIds: Readonly<Record<string, string>>;
  readonly going: Going;
  readonly limits: StatedLimits;
  readonly drainMinutes: number;
  readonly onBlocked: ReplaceNodeGroupInput['onBlocked'];
  /** Number of the wish that the specification is of, and of the newest that was looked at. */
  readonly wish: number;
  readonly seen: number;
  readonly counts: RollCounts;
  /** Since when machines are being drained that hang, in milliseconds since 1970, by their names. */
  readonly hanging: Readonly<Record<string, number>>;
}

interface RollCounts {
  readonly added: number;
  readonly removed: number;
  readonly forced: number;
}

/** How a rollout ended. */
export interface RollGroupResult extends RollCounts {
  /** Machines of the group. */
  readonly count: number;
  /** Number of the last wish that was taken over. */
  readonly wish: number;
}

/**
 * Replaces machines of a node group wave by wave, as a child of an operation that says which. A wave's new machines are
 * asked for together, and are Ready before its old ones are drained, together; those that are drained are removed at
 * once, and one that hangs holds its own place only, until its deadline. Before each wave, and again before machines
 * are removed, the group is looked at anew. A wish for its size is taken with the next wave. Continues as new when its
 * history becomes long.
 */
export async function rollGroup(input: RollGroupInput): Promise<ChildResult<RollGroupResult>> {
  requirePartOf('replaceNodeGroup', input);
  try {
    const { result, progress } = await runChildSteps('replaceNodeGroup', steps, async (step, control) => {
      const { id, group, needs, serverGroupIds, going, limits, drainMinutes, onBlocked } = input;
      const { pausePoint, wishAfter } = control;
      let { spec, facts, wish, seen } = input;
      let { added, removed, forced } = input.counts;
      const hanging = new Map(Object.entries(input.hanging));
      return givingBack(id, roll);

      async function roll(): Promise<{ readonly again: RollGroupInput } | { readonly ended: RollGroupResult }> {
        for (let wave = 0; wave < MAX_WAVES; wave++) {
          await pausePoint('planGroupRollout');
          await takeWish();
          if (workflowInfo().historyLength > LONGEST_HISTORY) break;
          let plan = await look();
          if (plan.done) return { ended: { count: groupSize(spec, group), wish, added, removed, forced } };
          if (plan.create > 0 || (plan.remove.length === 0 && plan.joining > 0)) {
            await grow(plan);
            plan = await look();
          }
          if (plan.remove.length > 0) await shrink(plan);
          else if (plan.create === 0 && !plan.done) throw cannotGoOn(group, plan);
        }
        const counts = { added, removed, forced };
        return { again: { ...input, spec, facts, wish, seen, counts, hanging: Object.fromEntries(hanging) } };
      }

      function look(): Promise<GroupRolloutStep> {
        const asked = { id, spec, facts, group, going, limits, atMost: WAVE_SIZE };
        return step('planGroupRollout', [], () => ensure.planGroupRollout(asked));
      }

      /** What cannot be is left as it is: it has its own answer when it is asked for by itself. */
      async function takeWish(): Promise<void> {
        const next = wishAfter({ number: seen });
        if (next === undefined) return;
        seen = next.number;
        const checked = await step(
          'checkCluster',
          [],
          () => ensure.checkCluster({ id, spec: next.spec }),
          () => undefined,
        );
        if (checked !== undefined) [spec, facts, wish] = [next.spec, checked, next.number];
      }

      async function grow({ present, ready, joining, create, nextBatch }: GroupRolloutStep): Promise<void> {
        const all = present + create;
        await step('admitMachines', [], () => ensure.admitMachines({ id, groups: [group], anew: true }));
        const request = (firstBatch: number) =>
          createMany.ensureNodes({ ...{ id, spec, group, facts, serverGroupIds }, ...needs, count: all, firstBatch });
        if (create > 0) await step('ensureNodes', [], () => request(nextBatch));
        await step('waitForServers', [], () =>
          settleServers({
            ...{ id, spec, expected: [{ group, count: all }] },
            request: (next) => request(next[group] ?? nextBatch),
          }),
        );
        const expected = [{ group, count: ready + joining + create }];
        await step('waitForNodes', [], () => wait.waitForNodes({ id, spec, expected }));
        added += create;
      }

      async function shrink({ remove: machines, left }: GroupRolloutStep): Promise<void> {
        const limitMs = drainMinutes * 60_000;
        const since = ({ name }: Machine): number => hanging.get(name) ?? Date.now();
        for (const machine of machines) hanging.set(machine.name, since(machine));
        const leftMs = Math.min(...machines.map((machine) => since(machine) + limitMs - Date.now()));
        const nodes = machines.map(({ name }) => name);
        const drained = await step('drainNodes', [], () => drainPartly({ id, nodes, onBlocked, limitMs: leftMs }));
        const holds = new Set(drained.left);
        const isLate = (one: Machine): boolean => since(one) + limitMs - LAST_LOOK_MS <= Date.now();
        const late = machines.filter((one) => holds.has(one.name) && isLate(one));
        const gone = machines.filter((one) => !holds.has(one.name) || (onBlocked === 'force' && late.includes(one)));
        if (gone.length > 0) {
          await step('removeMachines', [], async () => {
            await removal.removeMachines({ id, spec, group, machines: gone });
            removed += gone.length;
            countItems({ done: removed, pending: Math.max(0, left - gone.length) });
          });
          for (const { name } of gone) hanging.delete(name);
        }
        if (onBlocked === 'force') forced += late.length;
        else if (late.length > 0) {
          if (onBlocked === 'fail') throw blocked(drainMinutes, drained.why);
          await pausePoint('drainNodes', drained.why);
          for (const { name } of late) hanging.delete(name);
        }
      }
    });
    if ('again' in result) return await continueAsNew<typeof rollGroup>(result.again);
    return { result: result.ended, progress };
  } catch (error) {
    throw error instanceof ContinueAsNew ? error : toWorkflowFailure(error);
  }
}

function blocked(minutes: number, why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `the nodes could not be drained within ${minutes} min: ${why}. Scale the workload up, change its budget, or ask again ` +
      'with onBlocked: force',
    FailureType.KubernetesDrainBlocked,
  );
}

function cannotGoOn(group: string, { present, ready, limits }: GroupRolloutStep): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `only ${ready} of the ${present} machines of ${group} are Ready: with maxSurge ${limits.surge} and maxUnavailable ` +
      `${limits.unavailable} none may be removed. Have those that are not Ready removed (resizeNodeGroup), or allow more`,
    FailureType.NotAdmitted,
  );
}
