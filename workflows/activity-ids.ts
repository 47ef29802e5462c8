import type { WorkflowInterceptors } from '@temporalio/workflow';
import { currentStep } from './lib/current-step.ts';

/**
 * Gives every activity that a step schedules the step's path and a number as its id: so its heartbeats are shown with
 * the step, and a person who reads a history sees what it was for. A part of every bundle
 * (`workers/workflow-bundle.ts`).
 */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      scheduleActivity: (input, next) => {
        const step = currentStep();
        if (step === undefined) return next(input);
        return next({ ...input, options: { ...input.options, activityId: step.tree.nextActivityId(step.node) } });
      },
    },
  ],
});
