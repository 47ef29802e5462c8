import {
  batchIndex,
  type ClusterSpec,
  groupSize,
  planRollout,
  type RolloutLimits,
  rolloutLimits,
  type StatedLimits,
} from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { ClusterFacts } from '../cloud/pre-flight/pre-flight.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { listNodes } from '../kubernetes/cluster-api.ts';
import { nextBatch } from './batches.ts';
import { generationOfGroup } from './generations.ts';
import { groupMachines, isYoung, type Machine } from './group-machines.ts';

/** Which machines of a group are replaced. */
export interface Going {
  /** Only those that came with a batch below this one: they were there when the rollout began. */
  readonly before: number;
  /** By their names; absent when none is named. */
  readonly machines?: readonly string[] | undefined;
  /** Those of other generations than one that is made now. Without this and without names: all. */
  readonly outdated: boolean;
}

export interface PlanGroupRolloutInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly facts: ClusterFacts;
  readonly group: string;
  readonly going: Going;
  readonly limits: StatedLimits;
  /** No more than so many to remove. */
  readonly atMost: number;
}

/** The next step of a group's rollout. */
export interface GroupRolloutStep {
  /** Machines of the group, whatever their state. */
  readonly present: number;
  /** How many are Ready nodes. */
  readonly ready: number;
  /** How many are so young that they may still become one. */
  readonly joining: number;
  /** How many to make. */
  readonly create: number;
  /** Which to drain and remove, in this order. */
  readonly remove: readonly Machine[];
  /** How many are left to remove altogether. */
  readonly left: number;
  readonly done: boolean;
  /** The first batch of machines that are made from now on. */
  readonly nextBatch: number;
  /** As they are for a group of this size. */
  readonly limits: RolloutLimits;
}

/**
 * Looks at a group and says what its rollout does next, so that it stays within its limits. Asked anew before machines
 * are removed: what was seen earlier proves nothing. Changes nothing.
 */
export const planGroupRollout =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async (input: PlanGroupRolloutInput): Promise<GroupRolloutStep> => {
    const { id, spec, facts, group, going, atMost } = input;
    const count = groupSize(spec, group);
    const limits = rolloutLimits(count, input.limits);
    const [servers, nodes] = await Promise.all([
      ownResources(await clouds.get(spec.cloud), id).servers.list({ group }),
      listNodes(vault, id),
    ]);
    const cordoned = new Set(nodes.filter(({ spec: node }) => node?.unschedulable).map((node) => node.metadata?.name));
    const generation = generationOfGroup(spec, group, facts);
    const named = new Set(going.machines);
    const isGoing = (machine: { readonly name: string; readonly generation: string }): boolean => {
      if (!(batchIndex(id, group, machine.name) < going.before)) return false;
      if (named.has(machine.name) || (named.size === 0 && !going.outdated)) return true;
      return going.outdated && machine.generation !== generation;
    };
    const present = groupMachines(servers, nodes);
    const machines = present.map((machine) =>
      isGoing(machine)
        ? // What is drained already takes no pods: it counts as gone, and is the first to be removed.
          { ...machine, generation: 'going', ready: machine.ready && !cordoned.has(machine.name) }
        : { ...machine, generation: 'staying' },
    );
    const plan = planRollout(machines, { count, generation: 'staying' }, limits);
    const byName = new Map(machines.map((machine) => [machine.name, machine]));
    const remove = plan.remove.slice(0, atMost).flatMap((name) => {
      const machine = byName.get(name);
      return machine === undefined ? [] : [{ id: machine.id, name }];
    });
    const isJoining = new Set(servers.filter(isYoung).map(({ name }) => name));
    const staying = machines.filter((machine) => machine.generation === 'staying');
    return {
      present: present.length,
      ready: present.filter(({ ready }) => ready).length,
      joining: staying.filter(({ name, ready }) => !ready && isJoining.has(name)).length,
      create: plan.create,
      remove,
      left: machines.length - staying.length + Math.max(0, staying.length - count),
      done: plan.done,
      nextBatch: await nextBatch(vault, id, group, servers),
      limits,
    };
  };
