import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { GroupLook } from '../activities/machines/look-at-group.ts';
import { groupSize, type NodeGroupResult, WAVE_SIZE } from '../model/index.ts';
import { CREATE_MANY, ENSURE, REMOVE, WAIT } from './activity-profiles.ts';
import { deadlineOf } from './lib/deadline.ts';
import { drain, givingBack } from './lib/drain.ts';
import { settleServers } from './lib/settle-servers.ts';
import { runSteps, type StepDeclaration } from './lib/steps.ts';
import type { Wish } from './lib/wishes.ts';
import { operation } from './operation.ts';

const ensure = proxyActivities<Activities>(ENSURE);
const createMany = proxyActivities<Activities>(CREATE_MANY);
const wait = proxyActivities<Activities>(WAIT);
const removal = proxyActivities<Activities>(REMOVE);

const steps = {
  lookAtGroup: { title: 'Look at the group’s machines', seconds: 1 },
  checkCluster: { title: 'Check quotas, images, flavors and networks', seconds: 2 },
  findMachineNeeds: { title: 'Network, firewall and address of the API', seconds: 1 },
  ensureServerGroups: { title: 'Server groups', seconds: 1 },
  admitMachines: { title: 'Let new machines join', seconds: 1 },
  ensureNodes: { title: 'Ask for machines', seconds: 5 },
  waitForServers: { title: 'Servers ACTIVE', seconds: 40 },
  waitForNodes: { title: 'Nodes Ready', seconds: 45 },
  revokeJoinTokens: { title: 'Revoke the join token', seconds: 1 },
  removeSurplus: {
    title: 'Drain and remove machines',
    seconds: 60,
  },
  uncordonNodes: { title: 'Give back nodes that were drained in vain', seconds: 1 },
  lookAtGenerations: { title: 'Look at the generations of the machines', seconds: 1 },
} satisfies Record<string, StepDeclaration>;

const GROWTH = [
  'checkCluster',
  'findMachineNeeds',
  'ensureServerGroups',
  'admitMachines',
  'ensureNodes',
  'waitForServers',
  'waitForNodes',
  'revokeJoinTokens',
] as const;

/** The largest group, in waves, and some more that came late. */
const MAX_WAVES = 60;

/** More wishes than a cluster's workflow hands over to one operation. */
const MAX_WISHES = 200;

/**
 * Makes a node group larger or smaller. New machines come first and are Ready before any goes; those that are named go
 * first. A wish for the same group that comes meanwhile is taken after a wave, and the group is looked at anew. Run
 * again after a failure it finds what there is, and goes on from it.
 */
export const resizeNodeGroup = operation('resizeNodeGroup', (input, { clusterId: id, spec: specAtStart }) =>
  runSteps(
    'resizeNodeGroup',
    steps,
    deadlineOf('resizeNodeGroup', input, specAtStart),
    async (step, { skip, pausePoint, wishAfter, prolong }) => {
      const { name, group } = input;
      const pause = (reason: string) => pausePoint('removeSurplus', reason);
      const gone = new Set<string>();
      let [added, removed, forced] = [0, 0, 0];

      let done: ResizeWish = { number: 0, input, spec: specAtStart };
      let wish: ResizeWish | undefined = done;
      for (let wishes = 0; wish !== undefined && wishes < MAX_WISHES; wishes++) {
        if ((await bringTo(wish)) === 'refused') break;
        await step('uncordonNodes', [], () => ensure.uncordonNodes({ id }));
        done = wish;
        wish = wishAfter(done);
        if (wish !== undefined) prolong(deadlineOf('resizeNodeGroup', wish.input, wish.spec));
      }
      const looked = await step('lookAtGenerations', [], () =>
        ensure.lookAtGenerations({ id, spec: done.spec, groups: [group] }),
      );
      return {
        ...{ name, id, group, count: groupSize(done.spec, group), generations: looked[group], added, removed, forced },
        ...(done.number === 0 ? {} : { takenOver: done.number }),
      } satisfies NodeGroupResult;

      /**
       * Makes the group as it is wished for, unless a newer wish comes. What was handed over and cannot be is left as
       * it is: it has its own answer when it is asked for by itself.
       */
      async function bringTo(wanted: ResizeWish): Promise<'done' | 'refused'> {
        const { spec } = wanted;
        const target = { id, spec, group };
        const count = groupSize(spec, group);
        const remove = (wanted.input.remove ?? []).filter((machine) => !gone.has(machine));
        const refused = wanted.number === 0 ? undefined : () => undefined;

        const look = await step('lookAtGroup', [], () => ensure.lookAtGroup({ ...target, count, remove }), refused);
        if (look === undefined) return 'refused';
        // What is replaced makes room only once the new machines are Ready.
        const missing = Math.max(0, count - (look.present - look.going.length));
        // Machines that are just joining are waited for only where they are needed.
        const isEnough = missing === 0 && (look.joining === 0 || look.ready >= count);
        if (isEnough) skip(...GROWTH);
        else if ((await grow(look, missing)) === 'refused') return 'refused';
        added += missing;
        await step('removeSurplus', [], () => shrink(look.going));
        return 'done';

        async function grow(look: GroupLook, missing: number): Promise<'done' | 'refused'> {
          // Before a join token is made, which would be valid while a person is waited for, or no longer be when one
          // comes.
          await pausePoint('checkCluster');
          const checked = step('checkCluster', [], () => ensure.checkCluster({ id, spec }), refused);
          if (refused !== undefined && (await checked) === undefined) return 'refused';
          const [facts, needs, serverGroupIds] = await Promise.all([
            checked,
            step('findMachineNeeds', [], () => ensure.findMachineNeeds({ id, spec })),
            step('ensureServerGroups', [], () => ensure.ensureServerGroups({ id, spec })),
            step('admitMachines', [], () => ensure.admitMachines({ id, groups: [group], anew: true })),
          ]);
          if (facts === undefined) return 'refused';
          const all = look.present + missing;
          const request = (firstBatch: number) =>
            createMany.ensureNodes({ ...target, ...needs, facts, serverGroupIds, count: all, firstBatch });
          const asked = step('ensureNodes', [], () => request(look.nextBatch));
          const active = step('waitForServers', [asked], () =>
            settleServers({
              ...{ id, spec, expected: [{ group, count: all }] },
              request: (nextBatch) => request(nextBatch[group] ?? look.nextBatch),
            }),
          );
          // A node that was not Ready before is not waited for.
          const expected = [{ group, count: look.ready + look.joining + missing }];
          const ready = step('waitForNodes', [active], () => wait.waitForNodes({ id, spec, expected }));
          await step('revokeJoinTokens', [ready], () => ensure.revokeJoinTokens({ id, groups: [group] }));
          return 'done';
        }

        async function shrink(going: readonly string[]): Promise<void> {
          const { drainMinutes: minutes, onBlocked } = wanted.input;
          for (let wave = 0; wave < MAX_WAVES; wave++) {
            await pausePoint('removeSurplus');
            if (wishAfter(wanted) !== undefined) return;
            const machines = await ensure.chooseSurplus({ ...target, count, remove: going, atMost: WAVE_SIZE });
            if (machines.length === 0) return;
            const nodes = machines.map((machine) => machine.name);
            forced += (await givingBack(id, () => drain({ id, minutes, onBlocked, pause }, nodes))).blocked;
            await removal.removeMachines({ ...target, machines });
            removed += machines.length;
            nodes.forEach((machine) => gone.add(machine));
          }
        }
      }
    },
  ),
);

type ResizeWish = Wish<'resizeNodeGroup'>;
