import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageVersion } from '../../workers/code.ts';
import { makeWorkflowBundle, type WorkflowBundle } from '../../workers/workflow-bundle.ts';
import { operations } from '../../model/index.ts';
import { parseHistory } from '../support/histories.ts';
import { type Fixture, readFixtures } from './fixtures.ts';

let workflowBundle: WorkflowBundle;
let fixtures: Fixture[];
beforeAll(async () => {
  const logger = new DefaultLogger('ERROR', () => undefined);
  Runtime.install({ logger });
  [workflowBundle, fixtures] = await Promise.all([makeWorkflowBundle(false, logger), readFixtures()]);
});

/** Replays histories with the current code; the first violation of determinism of each, by name. */
async function replay(histories: readonly Fixture[]): Promise<Record<string, string>> {
  const violations: Record<string, string> = {};
  for (const { name, text } of histories) {
    const history = parseHistory(text);
    // A cluster's workflow looks whether it has its cluster's id.
    const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? name;
    try {
      await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
    } catch (error) {
      violations[name] = error instanceof Error ? error.message : String(error);
    }
  }
  return violations;
}

describe('the workflows of this version', () => {
  it('replay the histories of every version that was kept', async () => {
    expect(await replay(fixtures)).toEqual({});
  }, 60_000);

  it('have left histories of every operation', () => {
    const kept = fixtures.filter(({ name }) => name.startsWith(`${packageVersion()}/`)).map(({ name }) => name);
    for (const operation of [...Object.keys(operations), 'cluster']) {
      expect(
        kept.some((name) => name.includes(`/${operation}-`)),
        operation,
      ).toBe(true);
    }
  });

  it('are found out when their commands are others than those of a history', async () => {
    const steps = fixtures.find(({ name }) => name === `${packageVersion()}/createCluster-steps-1`);
    const text = steps?.text.replaceAll('"ensureSecurityGroups"', '"ensureFirewall"') ?? '';
    expect(Object.values(await replay([{ name: 'edited', text }])).join()).toMatch(/ensureFirewall/);
  }, 60_000);

  it('keep no secret in them, and little else', () => {
    for (const { name, text } of fixtures) {
      expect(text.length, name).toBeLessThan(400_000);
      expect(Buffer.from(text).toString('utf8'), name).not.toMatch(/PRIVATE KEY|hvs\.|password/i);
    }
  });
});
