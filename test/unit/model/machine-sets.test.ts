import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planRollout, type SetMachine } from '../../../model/machine-sets.ts';

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
