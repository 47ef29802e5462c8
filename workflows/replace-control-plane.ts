import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { ControlPlaneMachineLook } from '../activities/control-plane/look-at-control-plane.ts';
import type { Activities } from '../activities/index.ts';
import { CONTROL_PLANE_GROUP, FailureType, planRollout, type ReplaceControlPlaneResult } from '../model/index.ts';
import { CREATE_MANY, ENSURE, REMOVE, WAIT } from './activity-profiles.ts';
import { deadlineExceeded, deadlineOf } from './lib/deadline.ts';
import { drain, givingBack } from './lib/drain.ts';
import { item } from './lib/each.ts';
import { runSteps, type StepDeclaration } from './lib/steps.ts';
import { operation } from './operation.ts';

const ensure = proxyActivities<Activities>(ENSURE);
const createMany = proxyActivities<Activities>(CREATE_MANY);
const wait = proxyActivities<Activities>(WAIT);
const remove = proxyActivities<Activities>(REMOVE);

const steps = {
  lookAtControlPlane: { title: 'Look at the control plane', seconds: 1 },
  checkCluster: { title: 'Check quotas, images, flavors and networks', seconds: 2 },
  findMachineNeeds: { title: 'Network, firewall and address of the API', seconds: 1 },
  ensureServerGroups: { title: 'Server groups', seconds: 1 },
  replace: {
    title: 'Replace machines',
    seconds: 300,
  },
  revokeJoinTokens: { title: 'Revoke the join token', seconds: 1 },
  lookAtGenerations: { title: 'Look at the generations of the machines', seconds: 1 },
} satisfies Record<string, StepDeclaration>;

/** A host that fails now and then is normal; one that fails three times in a row is not. */
const MAX_FAILED = 3;

/** Five machines are asked for, waited for and removed, and some are there from before. */
const MAX_MOVES = 40;

/**
 * Replaces machines of the control plane one after the other: the new one is Ready, votes in etcd and is a member of
 * the load balancer before the old one leaves all of that. The number of machines changes the same way.
 */
export const replaceControlPlane = operation('replaceControlPlane', (input, { clusterId: id, spec }) =>
  runSteps(
    'replaceControlPlane',
    steps,
    deadlineOf('replaceControlPlane', input, spec),
    async (step, { pausePoint }) => {
      const { name, machines: named, drainMinutes: minutes, onBlocked } = input;
      const { count } = spec.controlPlane;
      const target = { id, spec };
      const pause = (reason: string) => pausePoint('replace', reason);
      const rules = { id, minutes, onBlocked, pause };

      const look = await step('lookAtControlPlane', [], () => ensure.lookAtControlPlane(target));
      const all = look.machines.map((machine) => machine.name);
      if (named !== undefined) refuseAbsent(named, all, count);
      const going = new Set(named ?? (input.count === undefined ? all : []));
      const [facts, needs, serverGroupIds] = await Promise.all([
        step('checkCluster', [], () => ensure.checkCluster(target)),
        step('findMachineNeeds', [], () => ensure.findMachineNeeds(target)),
        step('ensureServerGroups', [], () => ensure.ensureServerGroups(target)),
      ]);
      const { added, removed } = await step('replace', [], () => givingBack(id, roll));
      await step('revokeJoinTokens', [], () => ensure.revokeJoinTokens({ id, groups: [CONTROL_PLANE_GROUP] }));
      const groups = [CONTROL_PLANE_GROUP];
      const looked = await step('lookAtGenerations', [], () => ensure.lookAtGenerations({ ...target, groups }));
      const generations = looked[CONTROL_PLANE_GROUP];
      return { name, id, count, generations, added, removed } satisfies ReplaceControlPlaneResult;

      async function roll(): Promise<{ added: number; removed: number }> {
        let [added, removed, failed] = [0, 0, 0];
        const drained = new Set<string>();
        const drainOnce = async (node: string): Promise<void> => {
          if (!drained.has(node)) await drain(rules, [node]);
          drained.add(node);
        };
        await ensure.forgetLostControlPlanes(target);
        for (let move = 0; move < MAX_MOVES; move++) {
          await pausePoint('replace');
          const { machines, nextSerial } = await ensure.lookAtControlPlane(target);
          // One that an earlier try has asked for is waited for before anything else moves.
          const joining = machines.find((machine) => !machine.ready && !going.has(machine.name));
          if (joining !== undefined) {
            const fault = await item(joining.name, () => join(joining, machines.length));
            if (fault === undefined) continue;
            if (++failed === MAX_FAILED) throw couldNotBuild(fault);
            going.add(joining.name);
          }
          const observed = machines.map((machine) => ({
            ...machine,
            generation: going.has(machine.name) ? 'going' : 'staying',
          }));
          const plan = planRollout(observed, { count, generation: 'staying' }, { surge: 1, unavailable: 0 });
          const [leaving] = plan.remove;
          if (plan.create > 0) {
            // Of two members none may be lost: nothing slow comes between the second's vote and the first's end.
            const [last, another] = machines;
            if (last !== undefined && another === undefined && going.has(last.name)) await drainOnce(last.name);
            await ensure.admitMachines({ id, groups: [CONTROL_PLANE_GROUP], anew: true });
            await createMany.ensureControlPlaneMachine({ ...target, facts, needs, serverGroupIds, serial: nextSerial });
            added += 1;
          } else if (leaving !== undefined) {
            await item(leaving, async () => {
              // On a machine that is gone nothing ends, and nothing is waited for.
              if (machines.some((machine) => machine.name === leaving && machine.ready)) await drainOnce(leaving);
              await ensure.removeApiMember({ ...target, machine: leaving });
              await ensure.removeEtcdMember({ ...target, machine: leaving, wanted: count });
              await remove.removeControlPlaneMachine({ ...target, machine: leaving });
            });
            removed += 1;
          } else return { added, removed };
        }
        throw deadlineExceeded('replaceControlPlane', `${MAX_MOVES} moves`);
      }

      /**
       * Waits for a machine, and lets requests reach it when it answers. Returns Nova's words when it could not be
       * built.
       */
      async function join(
        { name: node, address }: ControlPlaneMachineLook,
        present: number,
      ): Promise<string | undefined> {
        const expected = [{ group: CONTROL_PLANE_GROUP, count: present }];
        const { failed } = await wait.waitForServers({ ...target, expected });
        const fault = failed.find((server) => server.name === node)?.fault;
        if (fault !== undefined) return `${node}: ${fault}`;
        await wait.waitForControlPlane({ id, node });
        await ensure.addApiMember({ ...target, member: { name: node, address, subnetId: needs.subnetId } });
        return undefined;
      }
    },
  ),
);

const couldNotBuild = (fault: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `Nova could not build a control plane, ${MAX_FAILED} times; the last one, ${fault}`,
    FailureType.OpenStackResourceInError,
  );

/**
 * Names that are not there have been replaced before; with them, a smaller number would take machines that nobody
 * named.
 */
function refuseAbsent(named: readonly string[], present: readonly string[], count: number): void {
  const absent = named.filter((name) => !present.includes(name));
  const [first] = absent;
  if (first === undefined || present.length - (named.length - absent.length) <= count) return;
  const reason =
    `${first} is no machine of the control plane, and with ${count} to stay another one would go in its place: ` +
    `its machines are ${present.join(', ')}`;
  throw ApplicationFailure.create({
    ...{ type: FailureType.InvalidInput, message: reason, nonRetryable: true },
    details: [{ issues: [{ path: 'machines', reason }] }],
  });
}
