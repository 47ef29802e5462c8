import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { type ClusterSpec, type ResizeNodeGroupResult, WAVE_SIZE } from '../model/index.ts';
import { CREATE_MANY, ENSURE, REMOVE, WAIT } from './activity-profiles.ts';
import { deadlineOf } from './lib/deadline.ts';
import { drain, givingBack } from './lib/drain.ts';
import { settleServers } from './lib/settle-servers.ts';
import { runSteps, type StepDeclaration } from './lib/steps.ts';
import { operation } from './operation.ts';

const ensure = proxyActivities<Activities>(ENSURE);
const createMany = proxyActivities<Activities>(CREATE_MANY);
const wait = proxyActivities<Activities>(WAIT);
const remove = proxyActivities<Activities>(REMOVE);

/** Named by the activity that does the work, so that its heartbeats are shown with the step. */
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
    activities: ['chooseSurplus', 'drainNodes', 'removeMachines'],
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

/**
 * Makes a node group larger or smaller. New machines come first and are Ready before any goes; those that are named go
 * first. Run again after a failure it finds what there is, and goes on from it.
 */
export const resizeNodeGroup = operation('resizeNodeGroup', (input, { clusterId: id, spec }) =>
  runSteps('resizeNodeGroup', steps, deadlineOf('resizeNodeGroup', input, spec), async (step, { skip, pausePoint }) => {
    const { name, group, remove: named = [], drainMinutes: minutes, onBlocked } = input;
    const count = sizeOf(spec, group);
    const target = { id, spec, group };
    const pause = (reason: string) => pausePoint('removeSurplus', reason);
    const rules = { id, minutes, onBlocked, pause };

    const look = await step('lookAtGroup', [], () => ensure.lookAtGroup({ ...target, count, remove: named }));
    // What is replaced makes room only once the new machines are Ready.
    const added = Math.max(0, count - (look.present - look.going.length));
    // Machines that are just joining are waited for only where they are needed.
    const isEnough = added === 0 && (look.joining === 0 || look.ready >= count);
    if (isEnough) skip(...GROWTH);
    else await grow();

    const { removed, forced } = await step('removeSurplus', [], shrink);
    await step('uncordonNodes', [], () => ensure.uncordonNodes({ id }));
    const looked = await step('lookAtGenerations', [], () => ensure.lookAtGenerations({ id, spec, groups: [group] }));
    const generations = looked[group];
    return { name, id, group, count, generations, added, removed, forced } satisfies ResizeNodeGroupResult;

    async function grow(): Promise<void> {
      const wanted = look.present + added;
      // Before a join token is made, which would be valid while a person is waited for, or no longer be when one comes.
      await pausePoint('checkCluster');
      const [facts, needs, serverGroupIds] = await Promise.all([
        step('checkCluster', [], () => ensure.checkCluster({ id, spec })),
        step('findMachineNeeds', [], () => ensure.findMachineNeeds({ id, spec })),
        step('ensureServerGroups', [], () => ensure.ensureServerGroups({ id, spec })),
        step('admitMachines', [], () => ensure.admitMachines({ id, groups: [group], anew: true })),
      ]);
      const request = (firstBatch: number) =>
        createMany.ensureNodes({ ...target, ...needs, facts, serverGroupIds, count: wanted, firstBatch });
      const asked = step('ensureNodes', [], () => request(look.nextBatch));
      const active = step('waitForServers', [asked], () =>
        settleServers({
          ...{ id, spec, expected: [{ group, count: wanted }] },
          request: (nextBatch) => request(nextBatch[group] ?? look.nextBatch),
        }),
      );
      // A node that was not Ready before is not waited for.
      const expected = [{ group, count: look.ready + look.joining + added }];
      const ready = step('waitForNodes', [active], () => wait.waitForNodes({ id, spec, expected }));
      await step('revokeJoinTokens', [ready], () => ensure.revokeJoinTokens({ id, groups: [group] }));
    }

    async function shrink(): Promise<{ removed: number; forced: number }> {
      let [removed, forced] = [0, 0];
      for (let wave = 0; wave < MAX_WAVES; wave++) {
        await pausePoint('removeSurplus');
        const machines = await ensure.chooseSurplus({ ...target, count, remove: look.going, atMost: WAVE_SIZE });
        if (machines.length === 0) break;
        const nodes = machines.map((machine) => machine.name);
        forced += (await givingBack(id, () => drain(rules, nodes))).blocked;
        await remove.removeMachines({ ...target, machines });
        removed += machines.length;
      }
      return { removed, forced };
    }
  }),
);

const sizeOf = ({ nodeGroups }: ClusterSpec, name: string): number =>
  nodeGroups.find((group) => group.name === name)?.count ?? 0;
