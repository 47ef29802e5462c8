import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { groupSize, type NodeGroupResult, rollWorkflowId } from '../model/index.ts';
import { ENSURE } from './activity-profiles.ts';
import { child } from './lib/child.ts';
import { deadlineOf } from './lib/deadline.ts';
import { runSteps, type StepDeclaration } from './lib/steps.ts';
import { operation } from './operation.ts';
import type { RollGroupInput, RollGroupResult } from './roll-group.ts';

const ensure = proxyActivities<Activities>(ENSURE);

const steps = {
  lookAtGroup: { title: 'Look at the group’s machines', seconds: 1 },
  checkCluster: { title: 'Check quotas, images, flavors and networks', seconds: 2 },
  findMachineNeeds: { title: 'Network, firewall and address of the API', seconds: 1 },
  ensureServerGroups: { title: 'Server groups', seconds: 1 },
  roll: { title: 'Replace machines', seconds: 300 },
  uncordonNodes: { title: 'Give back nodes that were drained in vain', seconds: 1 },
  revokeJoinTokens: { title: 'Revoke the join token', seconds: 1 },
  lookAtGenerations: { title: 'Look at the generations of the machines', seconds: 1 },
} satisfies Record<string, StepDeclaration>;

/**
 * Replaces machines of a node group: all that there are at its start, those that are named, those of older generations.
 * `rollGroup` does it as a child, which may become longer than one run. Safe points and wishes are there.
 */
export const replaceNodeGroup = operation('replaceNodeGroup', (input, { clusterId: id, spec }) =>
  runSteps('replaceNodeGroup', steps, deadlineOf('replaceNodeGroup', input, spec), async (step) => {
    const { name, group, machines, outdated, maxSurge, maxUnavailable, drainMinutes, onBlocked } = input;
    const target = { id, spec };
    const groups = [group];
    const look = await step('lookAtGroup', [], () =>
      ensure.lookAtGroup({ ...target, group, count: groupSize(spec, group), remove: machines ?? [] }),
    );
    const [facts, needs, serverGroupIds] = await Promise.all([
      step('checkCluster', [], () => ensure.checkCluster(target)),
      step('findMachineNeeds', [], () => ensure.findMachineNeeds(target)),
      step('ensureServerGroups', [], () => ensure.ensureServerGroups(target)),
    ]);
    const rolled = await step('roll', [], () =>
      child<RollGroupResult, RollGroupInput>({
        type: 'rollGroup',
        workflowId: rollWorkflowId(id),
        summary: `Replace machines of ${group}: ${id}`,
        input: {
          ...{ id, spec, group, facts, needs, serverGroupIds },
          going: { before: look.nextBatch, outdated, ...(machines === undefined ? {} : { machines }) },
          ...{ limits: { maxSurge, maxUnavailable }, drainMinutes, onBlocked },
          ...{ wish: 0, seen: 0, counts: { added: 0, removed: 0, forced: 0 }, hanging: {} },
        },
      }),
    );
    await Promise.all([
      step('uncordonNodes', [], () => ensure.uncordonNodes({ id })),
      step('revokeJoinTokens', [], () => ensure.revokeJoinTokens({ id, groups })),
    ]);
    const looked = await step('lookAtGenerations', [], () => ensure.lookAtGenerations({ ...target, groups }));
    const { wish, ...counts } = rolled;
    return {
      ...{ name, id, group, generations: looked[group], ...counts },
      ...(wish === 0 ? {} : { takenOver: wish }),
    } satisfies NodeGroupResult;
  }),
);
