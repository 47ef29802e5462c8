import type { FakeActivities } from './fake-activities.ts';

interface Machine {
  readonly name: string;
  readonly address: string;
  ready: boolean;
  readonly createdAt: string;
}

/** What is read of the inputs of the activities: of each, its own. */
interface Input {
  readonly serial: number;
  readonly node: string;
  readonly nodes: readonly string[];
  readonly machine: string;
  readonly member: { readonly name: string };
}

/** The control plane of one cluster of the stand-ins: which machines it has, and what happened to them. */
export class FakeControlPlane {
  /** What happened, in order: `ask cp-1`, `wait cp-1`, `behind cp-1`, `drain cp-0`, `remove cp-0`. */
  readonly story: string[] = [];
  fewestReady: number;
  mostPresent: number;
  readonly #machines: Machine[] = [];
  readonly #prefix: string;
  #serial = 0;
  #failures = 0;
  #failed: string | undefined;

  constructor(activities: FakeActivities, cluster: string, count: number) {
    this.#prefix = activities.calls.find(({ id }) => id.startsWith(`${cluster}-`))?.id ?? '';
    for (let index = 0; index < count; index++) this.#add(true);
    [this.fewestReady, this.mostPresent] = [count, count];
    const set = (name: Parameters<FakeActivities['set']>[0], behaviour: (input: Input) => unknown): void =>
      activities.set(name, cluster, (input) => Promise.resolve(behaviour(input as Input)));
    set('lookAtControlPlane', () => ({
      machines: this.#machines.map((one) => ({ ...one })),
      nextSerial: this.#serial,
    }));
    set('ensureControlPlaneMachine', ({ serial }) => {
      if (serial !== this.#serial) throw new Error(`serial ${serial} instead of ${this.#serial}`);
      const { name } = this.#add(false);
      this.#tell('ask', name);
      if (this.#failures-- > 0) this.#failed = name;
    });
    set('waitForServers', () => {
      const name = this.#failed;
      this.#failed = undefined;
      const failed = name === undefined ? [] : [{ id: name, name, fault: 'No valid host was found' }];
      return { failed, missing: 0, nextBatch: {} };
    });
    set('waitForControlPlane', ({ node }) => this.#tell('wait', node));
    set('addApiMember', ({ member }) => {
      this.#tell('behind', member.name);
      for (const one of this.#machines) if (one.name === member.name) one.ready = true;
    });
    set('drainNodes', ({ nodes }) => {
      for (const name of nodes) this.#tell('drain', name);
      return { blocked: 0 };
    });
    set('removeControlPlaneMachine', ({ machine }) => {
      this.#tell('remove', machine);
      this.#machines.splice(
        this.#machines.findIndex(({ name }) => name === machine),
        1,
      );
      this.#count();
    });
  }

  /** Names of the machines that are there, without the cluster's id. */
  names(): string[] {
    return this.#machines.map(({ name }) => this.#short(name));
  }

  /** The whole name of a machine. */
  machine(short: string): string {
    return `${this.#prefix}-${short}`;
  }

  /** A machine that somebody has asked for, and that has not joined yet. */
  begin(short: string): void {
    if (this.#add(false).name !== this.machine(short)) throw new Error(`${short} is not the next one`);
  }

  /** So many machines that are asked for from now on end in ERROR. */
  failNext(count: number): void {
    this.#failures = count;
  }

  #add(ready: boolean): Machine {
    const serial = this.#serial++;
    const machine = {
      name: `${this.#prefix}-cp-${serial}`,
      address: `10.6.0.${10 + serial}`,
      ready,
      createdAt: new Date(serial * 1000).toISOString(),
    };
    this.#machines.push(machine);
    this.#count();
    return machine;
  }

  #count(): void {
    this.fewestReady = Math.min(this.fewestReady, this.#machines.filter(({ ready }) => ready).length);
    this.mostPresent = Math.max(this.mostPresent, this.#machines.length);
  }

  #tell(what: string, name: string): void {
    this.story.push(`${what} ${this.#short(name)}`);
  }

  #short(name: string): string {
    return name.slice(this.#prefix.length + 1);
  }
}
