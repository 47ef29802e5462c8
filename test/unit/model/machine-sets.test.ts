import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chooseLeaving, planRollout, rolloutLimits, type SetMachine } from '../../../model/machine-sets.ts';

const machine = fc.record({
  generation: fc.constantFrom('a', 'b', 'c'),
  ready: fc.boolean(),
  createdAt: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
});
const scene = fc.record({
  machines: fc
    .array(machine, { maxLength: 12 })
    .map((list) => list.map((one, index) => ({ ...one, name: `m-${index}` }))),
  count: fc.nat({ max: 10 }),
  limits: fc
    .record({ surge: fc.nat({ max: 3 }), unavailable: fc.nat({ max: 3 }) })
    .filter(({ surge, unavailable }) => surge + unavailable > 0),
});
const ready = (machines: readonly SetMachine[]): number => machines.filter((one) => one.ready).length;

it('never goes beyond its limits, ends with what is wanted, and says the same for the same', () => {
  fc.assert(
    fc.property(scene, fc.infiniteStream(fc.boolean()), ({ machines, count, limits }, luck) => {
      const wanted = { count, generation: 'c' };
      let now: SetMachine[] = machines;
      let made = 0;
      for (let round = 0; round < 200; round++) {
        const step = planRollout(now, wanted, limits);
        expect(planRollout([...now].reverse(), wanted, limits)).toEqual(step);
        if (step.done) {
          expect(now.filter(({ generation }) => generation === 'c')).toHaveLength(count);
          expect(now).toHaveLength(count);
          return;
        }
        const left = now.filter(({ name }) => !step.remove.includes(name));
        if (step.create > 0) expect(now.length + step.create).toBeLessThanOrEqual(count + limits.surge);
        expect(ready(left)).toBeGreaterThanOrEqual(Math.min(ready(now), count - limits.unavailable));
        const fresh = Array.from({ length: step.create }, (): SetMachine => ({
          ...{ name: `n-${made++}`, generation: 'c', ready: false, createdAt: new Date(round).toISOString() },
        }));
        // Those that were there become Ready sooner or later; new ones, too.
        now = [...left, ...fresh].map((one) => ({
          ...one,
          ready: one.ready || round > 20 || luck.next().value === true,
        }));
      }
      throw new Error('it did not end');
    }),
    { numRuns: 500 },
  );
});

it('replaces one by one with a surge of one, and keeps every machine Ready that was', () => {
  const old = ['m-1', 'm-2'].map((name): SetMachine => ({ name, generation: 'a', ready: true, createdAt: name }));
  const wanted = { count: 2, generation: 'b' };
  const limits = { surge: 1, unavailable: 0 };
  expect(planRollout(old, wanted, limits)).toEqual({ create: 1, remove: [], done: false });
  const booting: SetMachine = { name: 'm-3', generation: 'b', ready: false, createdAt: 'm-3' };
  expect(planRollout([...old, booting], wanted, limits)).toEqual({ create: 0, remove: [], done: false });
  expect(planRollout([...old, { ...booting, ready: true }], wanted, limits)).toEqual({
    create: 0,
    remove: ['m-1'],
    done: false,
  });
});

/** What decides, in its order: less leaves first. */
const reasons = (one: SetMachine, all: readonly SetMachine[], named: ReadonlySet<string>): readonly string[] => {
  const marked = all.filter(({ generation }) => generation !== '');
  const youngest = marked
    .map(({ createdAt }) => createdAt)
    .sort()
    .at(-1);
  const newest = new Set(marked.filter(({ createdAt }) => createdAt === youngest).map(({ generation }) => generation));
  const age = one.generation === '' ? '0' : newest.has(one.generation) ? '2' : '1';
  return [named.has(one.name) ? '0' : '1', one.ready ? '1' : '0', age, one.createdAt];
};

it('lets those leave that are named, then those not Ready, then older generations, then the oldest', () => {
  // Each machine was made at a time of its own, as far as the newest generation is looked for.
  const sets = fc
    .array(fc.record({ generation: fc.constantFrom('', 'a', 'b', 'c'), ready: fc.boolean(), named: fc.boolean() }), {
      maxLength: 12,
    })
    .chain((list) =>
      fc.shuffledSubarray(list, { minLength: list.length }).map((shuffled) =>
        shuffled.map((one, index) => ({
          ...one,
          name: `m-${index}`,
          createdAt: new Date(index * 1000).toISOString(),
        })),
      ),
    );
  fc.assert(
    fc.property(sets, fc.nat({ max: 14 }), (machines, surplus) => {
      const named = new Set(machines.filter((one) => one.named).map(({ name }) => name));
      const leaving = chooseLeaving(machines, surplus, named);
      expect(leaving).toHaveLength(Math.min(surplus, machines.length));
      expect(chooseLeaving([...machines].reverse(), surplus, named)).toEqual(leaving);
      const staying = machines.filter((one) => !leaving.includes(one));
      const inOrder = [...leaving, ...staying.slice(0, 1)].map((one) => reasons(one, machines, named).join());
      expect([...inOrder].sort()).toEqual(inOrder);
      const [last = ''] = inOrder.slice(leaving.length - 1, leaving.length);
      for (const one of staying) expect(last <= reasons(one, machines, named).join()).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('lets a machine without a generation leave before all that have one, even if it is the youngest', () => {
  const machine = (name: string, generation: string): SetMachine => ({
    ...{ name, generation, ready: true },
    createdAt: name,
  });
  const machines = [machine('m-1', 'a'), machine('m-2', 'b'), machine('m-3', '')];
  const names = (surplus: number): string[] => chooseLeaving(machines, surplus, new Set()).map(({ name }) => name);
  expect(names(1)).toEqual(['m-3']);
  expect(names(2)).toEqual(['m-3', 'm-1']);
});

it.each([
  [20, '10%', 0, { surge: 2, unavailable: 0 }],
  [11, '10%', '10%', { surge: 2, unavailable: 1 }],
  [3, 1, 0, { surge: 1, unavailable: 0 }],
  [3, '1', '2', { surge: 1, unavailable: 2 }],
  // Neither would let one go: one may be missing.
  [3, 0, '10%', { surge: 0, unavailable: 1 }],
  [0, '50%', 0, { surge: 0, unavailable: 1 }],
])('of %i machines a surge of %j and %j unavailable are %j', (count, maxSurge, maxUnavailable, limits) => {
  expect(rolloutLimits(count, { maxSurge, maxUnavailable })).toEqual(limits);
});
