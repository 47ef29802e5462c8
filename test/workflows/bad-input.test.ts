import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ClustersApi, isSlipwayError, SlipwayClient } from '../../client/index.ts';
import type { ClusterSpecInput, InputIssue } from '../../model/index.ts';
import type { BadInput } from '../support/bad-input.ts';
import { badInputs } from '../support/bad-inputs.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';
import { runCommand } from '../unit/cli/support/run-command.ts';

/** What only the worker can know: the cloud is looked up in Vault. */
const unknownCloud: BadInput = {
  title: 'a cloud that is not in Vault',
  input: { name: 'atlas', cloud: 'nowhere' },
  path: 'cloud',
  reason: /there is no cloud nowhere/,
};
const cases = [...badInputs, unknownCloud];

let house: WorkflowHouse;
let slipway: SlipwayClient;
beforeAll(async () => {
  house = await startWorkflowHouse();
  slipway = new SlipwayClient({ temporal: house.client, taskQueue: house.taskQueue });
}, 120_000);
afterAll(() => house.stop());

const detailsSchema = z.tuple([z.object({ issues: z.array(z.object({ path: z.string(), reason: z.string() })) })]);
const errorSchema = z.object({
  error: z.looseObject({ issues: z.array(z.object({ path: z.string(), reason: z.string() })) }),
});

function expectIssue(issues: readonly InputIssue[], { path, reason }: BadInput): void {
  const reasons = issues.filter((issue) => issue.path === path).map((issue) => issue.reason);
  expect(reasons, `an issue at ${path} among ${JSON.stringify(issues)}`).not.toEqual([]);
  expect(reasons.join('; ')).toMatch(reason);
}

describe('a bad input is answered with path and reason', () => {
  it.each(cases)('by a bare workflow start: $title', async (bad) => {
    const options = { workflowId: randomUUID(), taskQueue: house.taskQueue, args: [bad.input] };
    const error: unknown = await house.client.workflow
      .execute('createCluster', options)
      .catch((reason: unknown) => reason);
    if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
    expectIssue(detailsSchema.parse(error.cause.details)[0].issues, bad);
    // The message alone, which the UI shows, says it too.
    expect(error.cause.message).toMatch(bad.reason);
    if (bad.path !== '') expect(error.cause.message).toContain(bad.path);
  });

  it.each(cases)('by the client: $title', async (bad) => {
    // Callers in plain JavaScript can pass anything.
    const input = bad.input as ClusterSpecInput;
    const error: unknown = await slipway.clusters
      .create(input)
      .then((creation) => creation.result())
      .catch((reason: unknown) => reason);
    if (!isSlipwayError(error)) throw error;
    expectIssue(error.issues ?? [], bad);
  });

  // An empty file is an empty specification, which lacks its fields.
  it.each(cases.filter(({ input }) => input !== null))('by the command line: $title', async (bad) => {
    const create: ClustersApi['create'] = (...request) => slipway.clusters.create(...request);
    const world = { stdin: JSON.stringify(bad.input), clusters: { create } };
    const { code, stderr, json } = await runCommand(['create', '-f', '-', '--json'], world);
    expect(code).not.toBe(0);
    expect(stderr).not.toBe('');
    expectIssue(errorSchema.parse(json()).error.issues, bad);
  });

  it('and leaves no cluster behind', async () => {
    const clusters = [];
    for await (const run of house.client.workflow.list({ query: 'WorkflowType="cluster"' }))
      clusters.push(run.workflowId);
    expect(clusters).toEqual([]);
    expect(house.activities.calls).toEqual([]);
  });
});
