import { describe, expect, it, vi } from 'vitest';
import type { ClusterSummary } from '../../../client/cluster-list.ts';
import { ChangeLines } from '../../../cli/output/change-lines.ts';
import { createStyle } from '../../../cli/output/style.ts';
import { drawTree } from '../../../cli/output/tree.ts';
import { SlipwayError } from '../../../client/slipway-error.ts';
import { type Attention, FailureType, type RunningOperation } from '../../../model/index.ts';
import { runCommand } from './support/run-command.ts';
import { creating, description, progress, running, step } from './support/samples.ts';

const NOW = Date.parse('2026-01-02T03:03:15Z');
const style = createStyle(false);
const attention: Attention = {
  kind: 'Blocked',
  reason: 'the budget default/web needs 3 healthy pods and has 3',
  since: '2026-01-02T03:03:10Z',
};
const held: RunningOperation = { ...running, operation: 'resizeNodeGroup', attention };
const snapshot = creating({
  description: description({ phase: 'Updating', running: held }),
  operation: held,
  progress: progress(50, [step('a', { state: 'paused', startedAt: '2026-01-02T03:03:05Z', detail: attention.reason })]),
});

describe('an operation that waits for a person', () => {
  it('says so in the tree, with the commands', () => {
    const lines = drawTree(snapshot, { style, width: 120, now: NOW, frame: 0 });
    expect(lines.slice(-2)).toEqual([
      '‖ Step a  10 s  the budget default/web needs 3 healthy pods and has 3',
      '‖ waits for you: "slipway resume atlas" to go on, "slipway abort atlas" to end it',
    ]);
  });

  it('says so once in a log, and once more when it waits again', () => {
    const lines = new ChangeLines(style, () => NOW);
    const waits = (shown: string[]) => shown.filter((line) => line.includes('waits for you')).length;
    const going: RunningOperation = { ...running, operation: 'resizeNodeGroup' };
    expect(waits(lines.next(snapshot))).toBe(1);
    expect(waits(lines.next(snapshot))).toBe(0);
    expect(waits(lines.next({ ...snapshot, operation: going }))).toBe(0);
    expect(waits(lines.next(snapshot))).toBe(1);
  });

  it('is described with the reason', async () => {
    const describeCluster = () => Promise.resolve(snapshot);
    const { stdout } = await runCommand(['describe', 'atlas'], { clusters: { describe: describeCluster } });
    expect(stdout).toMatch(/^Phase +Updating, blocked$/m);
    expect(stdout).toMatch(
      /^Waits for you +the budget default\/web .* \(slipway resume atlas, or slipway abort atlas\)$/m,
    );
  });

  it('is listed among those that wait', async () => {
    const list = vi.fn(async function* () {
      yield await Promise.resolve<ClusterSummary>({
        ...{ name: 'atlas', cloud: 'sandbox', phase: 'Updating', attention: 'Paused' },
        ...{ kubernetesVersion: '1.36.3', createdAt: '2026-01-01T00:00:00Z' },
      });
    });
    const { stdout } = await runCommand(['list', '--attention'], { clusters: { list } });
    expect(stdout).toMatch(/^atlas +Updating, paused +sandbox/m);
    expect(list).toHaveBeenCalledWith(expect.objectContaining({ attention: true }));
  });
});

describe.each(['pause', 'resume', 'abort'] as const)('slipway %s', (command) => {
  it('tells the running operation, and says what it does then', async () => {
    const steer = vi.fn(() => Promise.resolve(held));
    const { code, json } = await runCommand([command, 'atlas', '--json'], { clusters: { [command]: steer } });
    expect(code).toBe(0);
    expect(json()).toEqual({
      ...{ ok: true, name: 'atlas', told: command },
      ...{ operation: 'resizeNodeGroup', workflowId: held.workflowId },
    });
    const { stdout } = await runCommand([command, 'atlas'], { clusters: { [command]: steer } });
    expect(stdout).toMatch(/^resizeNodeGroup of atlas (waits as soon as|goes on|ends)/);
  });

  it('fails where nothing runs', async () => {
    const refuse = () => Promise.reject(new SlipwayError(FailureType.NotAdmitted, 'Nothing runs on cluster atlas'));
    const { code, stderr } = await runCommand([command, 'atlas'], { clusters: { [command]: refuse } });
    expect(code).not.toBe(0);
    expect(stderr).toContain('Nothing runs on cluster atlas');
  });
});
