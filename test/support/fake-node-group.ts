import { planRollout, rolloutLimits, type SetMachine, type StatedLimits } from '../../model/index.ts';
import type { FakeActivities } from './fake-activities.ts';

/** What is read of the inputs of the activities: of each, its own. */
interface Input {
  readonly spec: { readonly nodeGroups: readonly { readonly name: string; readonly count: number }[] };
  readonly going: { readonly before: number; readonly machines?: readonly string[] };
  readonly limits: StatedLimits;
  readonly atMost: number;
  readonly count: number;
  readonly firstBatch: number;
  readonly nodes: readonly string[];
  readonly machines: readonly { readonly name: string }[];
}

interface Machine extends SetMachine {
  readonly batch: number;
  ready: boolean;
}

/** The group `workers` of one cluster of the stand-ins: which machines it has, and what happened to them. */
export class FakeNodeGroup {
  /** What happened, in order: `make 2`, `drain m-0 m-1`, `remove m-0 m-1`. */
  readonly story: string[] = [];
  fewestReady: number;
  mostPresent: number;
  /** Machines whose pods a budget protects. */
  readonly blocked = new Set<string>();
  /** Has drains end by themselves, also after they were made to do something else. */
  readonly drains: () => void;
  #machines: Machine[] = [];
  #made = 0;

  constructor(activities: FakeActivities, cluster: string, count: number) {
    for (let index = 0; index < count; index++) this.#make(0, true);
    [this.fewestReady, this.mostPresent] = [count, count];
    const set = (name: Parameters<FakeActivities['set']>[0], behaviour: (input: Input) => unknown): void =>
      activities.set(name, cluster, (input) => Promise.resolve(behaviour(input as Input)));
    set('lookAtGroup', () => ({ present: count, going: [], ready: count, joining: 0, nextBatch: 1 }));
    set('planGroupRollout', (input) => this.#plan(input));
    set('ensureNodes', ({ count: wanted, firstBatch }) => {
      this.story.push(`make ${wanted - this.#machines.length}`);
      while (this.#machines.length < wanted) this.#make(firstBatch, false);
      this.mostPresent = Math.max(this.mostPresent, this.#machines.length);
    });
    set('waitForNodes', () => this.#machines.forEach((machine) => (machine.ready = true)));
    this.drains = () =>
      set('drainNodes', async ({ nodes }) => {
        this.story.push(`drain ${nodes.join(' ')}`);
        const left = nodes.filter((name) => this.blocked.has(name));
        // Where nothing gets on it waits.
        if (left.length === nodes.length) await new Promise((resolve) => setTimeout(resolve, 5000));
        return { blocked: 0, left, why: 'left: 1 pod' };
      });
    this.drains();
    set('removeMachines', ({ machines }) => {
      const names = machines.map(({ name }) => name);
      this.story.push(`remove ${names.join(' ')}`);
      this.#machines = this.#machines.filter(({ name }) => !names.includes(name));
      this.fewestReady = Math.min(this.fewestReady, this.#machines.filter(({ ready }) => ready).length);
    });
  }

  get names(): string[] {
    return this.#machines.map(({ name }) => name);
  }

  #plan({ spec, going, limits: stated, atMost }: Input) {
    const count = spec.nodeGroups.find(({ name }) => name === 'workers')?.count ?? 0;
    const limits = rolloutLimits(count, stated);
    const machines = this.#machines.map((machine) => {
      const isGoing = machine.batch < going.before && (going.machines?.includes(machine.name) ?? true);
      return { ...machine, generation: isGoing ? 'going' : 'staying' };
    });
    const plan = planRollout(machines, { count, generation: 'staying' }, limits);
    const staying = machines.filter(({ generation }) => generation === 'staying').length;
    return {
      ...{ present: machines.length, ready: machines.filter(({ ready }) => ready).length, joining: 0 },
      create: plan.create,
      remove: plan.remove.slice(0, atMost).map((name) => ({ id: `s-${name}`, name })),
      left: machines.length - staying + Math.max(0, staying - count),
      ...{ done: plan.done, nextBatch: Math.max(...machines.map(({ batch }) => batch)) + 1, limits },
    };
  }

  #make(batch: number, ready: boolean): void {
    const index = this.#made++;
    const createdAt = new Date(index * 1000).toISOString();
    this.#machines.push({ name: `m-${index}`, batch, ready, generation: '', createdAt });
  }
}
