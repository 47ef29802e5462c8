import { describe, expect, it } from 'vitest';
import { Slots } from '../../../vault/slots.ts';

/** Work that ends when the test says so. */
function job() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ended, end };
}

describe('slots', () => {
  it('let so many in at a time, in order', async () => {
    const slots = new Slots(2);
    const entered: number[] = [];
    const jobs = Array.from({ length: 5 }, job);
    const all = jobs.map(({ work }, index) =>
      slots.use(() => {
        entered.push(index);
        return work();
      }),
    );
    expect(entered).toEqual([0, 1]);
    for (const [index, { end }] of jobs.entries()) {
      end();
      await all[index];
      expect(entered).toEqual([0, 1, 2, 3, 4].slice(0, index + 3));
    }
  });

  it('are given back by work that fails', async () => {
    const slots = new Slots(1);
    await expect(slots.use(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(slots.use(() => Promise.resolve(1))).resolves.toBe(1);
  });

  it('are not waited for after an abort, and not lost by it', async () => {
    const slots = new Slots(1);
    const first = job();
    const running = slots.use(first.work);
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const waiting = slots.use(() => Promise.resolve('never'), controller.signal);
    const next = slots.use(() => Promise.resolve('next'));
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    first.end();
    await running;
    await expect(next).resolves.toBe('next');
    await expect(slots.use(() => Promise.resolve(1), controller.signal)).rejects.toBe(reason);
  });
});
