import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { ApplyAccessResult } from '../model/index.ts';
import { ENSURE } from './activity-profiles.ts';
import { deadlineOf } from './lib/deadline.ts';
import { runSteps, type StepDeclaration } from './lib/steps.ts';
import { operation } from './operation.ts';

const { ensureAccess } = proxyActivities<Activities>(ENSURE);

const steps = {
  ensureAccess: { title: 'What users and groups may do', seconds: 1 },
} satisfies Record<string, StepDeclaration>;

/**
 * Makes the bindings of a cluster those that are wanted. Who the users are stands in the specification from the
 * operation's start on, by which machines of the control plane are made.
 */
export const applyAccess = operation('applyAccess', (input, { clusterId: id, spec }) =>
  runSteps('applyAccess', steps, deadlineOf('applyAccess', input, spec), async (step) => {
    const ensured = await step('ensureAccess', [], () => ensureAccess({ id, access: spec.access }));
    return { name: input.name, id, ...ensured } satisfies ApplyAccessResult;
  }),
);
