import { z } from 'zod';

/** What becomes of machines that cannot be drained in time. */
export const onBlockedInput = z
  .enum(['pause', 'fail', 'force'])
  .default('fail')
  .describe(
    'When PodDisruptionBudgets still block a drain at its deadline: pause, until a person resumes or aborts; fail, and let the machines stay; or remove them with their pods',
  );

/** How long a drain may take. */
export const drainMinutesInput = z
  .int()
  .min(1)
  .max(720)
  .default(15)
  .describe('Deadline of the drain of a machine, in minutes; of those that are drained together it is one');
