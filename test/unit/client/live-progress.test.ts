import { expect, it } from 'vitest';
import { mergeDetails, withChildren } from '../../../client/live-progress.ts';
import type { OperationProgress } from '../../../model/index.ts';

const progress: OperationProgress = {
  operation: 'replaceNodeGroup',
  percent: 10,
  steps: [
    { id: 'look', title: 'Look', state: 'done' },
    { id: 'roll', title: 'Roll', state: 'running', child: { workflowId: 'roll', share: 80 } },
    { id: 'roll/m-1', parent: 'roll', title: 'm-1', state: 'running' },
  ],
};

it('what an activity says stands with the step whose path its id has, while it runs', () => {
  const details = [
    { step: 'roll/m-1', detail: 'left: 3 pods' },
    { step: 'look', detail: 'too late' },
    { step: '', detail: 'nobody’s' },
    ...Array.from({ length: 9 }, (_, index) => ({ step: 'roll', detail: `d${index}` })),
  ];
  const { steps } = mergeDetails(progress, details);
  expect(steps.map(({ detail }) => detail)).toEqual([undefined, 'd0, d1, d2, d3, d4, and 4 more', 'left: 3 pods']);
});

it('the steps of a workflow that works for a step stand below it, and count for the whole', () => {
  const below: OperationProgress = {
    operation: 'replaceNodeGroup',
    percent: 50,
    steps: [
      { id: 'drain', title: 'Drain', state: 'running' },
      { id: 'drain/m-9', parent: 'drain', title: 'm-9', state: 'running' },
    ],
  };
  const whole = withChildren(progress, new Map([['roll', below]]));
  expect(whole.percent).toBe(50);
  expect(whole.steps.map(({ id, parent }) => [id, parent])).toEqual([
    ['look', undefined],
    ['roll', undefined],
    ['roll/drain', 'roll'],
    ['roll/drain/m-9', 'roll/drain'],
    ['roll/m-1', 'roll'],
  ]);
});
