import { describe, expect, it } from 'vitest';
import type { OperationProgress } from '../../../model/index.ts';
import { stepMarkdown } from '../../../workflows/lib/step-markdown.ts';
import { StepTree } from '../../../workflows/lib/step-tree.ts';

const steps = {
  look: { title: 'Look', seconds: 10 },
  drain: { title: 'Drain', seconds: 80 },
  back: { title: 'Back', steps: { undo: { title: 'Undo', seconds: 10 } } },
};
const stateOf = ({ steps: all }: OperationProgress, id: string) => all.find((step) => step.id === id)?.state;

describe('the tree of steps', () => {
  it('names steps by their paths, and says which they belong to', () => {
    const tree = new StepTree('op', steps);
    expect(tree.progress().steps.map(({ id, parent }) => [id, parent])).toEqual([
      ['look', undefined],
      ['drain', undefined],
      ['back', undefined],
      ['back/undo', 'back'],
    ]);
    expect(() => tree.find(undefined, 'nothing')).toThrow('step nothing was not declared');
  });

  it('numbers the activities of each path', () => {
    const tree = new StepTree('op', steps);
    const undo = tree.find(tree.find(undefined, 'back'), 'undo');
    const look = tree.find(undefined, 'look');
    expect([tree.nextActivityId(undo), tree.nextActivityId(look), tree.nextActivityId(undo)]).toEqual([
      'back/undo#1',
      'look#1',
      'back/undo#2',
    ]);
    // An item that is tried again is the same path.
    tree.expectItems(look, 1);
    const item = tree.beginItem(look, 'm-1');
    expect(tree.nextActivityId(item)).toBe('look/m-1#1');
    tree.endItem(item, 'done');
    tree.expectItems(look, 1);
    expect(tree.nextActivityId(tree.beginItem(look, 'm-1'))).toBe('look/m-1#2');
  });

  it('shows what an operation that has ended well did not need as skipped, and all of it as done', () => {
    const tree = new StepTree('op', steps);
    for (const id of ['look', 'drain']) {
      tree.begin(tree.find(undefined, id));
      tree.end(tree.find(undefined, id), 'done');
    }
    expect([tree.progress().percent, stateOf(tree.progress(), 'back/undo')]).toEqual([90, 'pending']);
    tree.complete();
    expect(tree.progress().percent).toBe(100);
    expect([stateOf(tree.progress(), 'back'), stateOf(tree.progress(), 'back/undo')]).toEqual(['skipped', 'skipped']);
  });

  it('shows a step as paused, and then as it was', () => {
    const tree = new StepTree('op', steps);
    const drain = tree.find(undefined, 'drain');
    tree.begin(drain);
    tree.hold(drain, 'a budget');
    expect(tree.progress().steps[1]).toMatchObject({ state: 'paused', detail: 'a budget' });
    tree.hold(drain, undefined);
    expect(tree.progress().steps[1]).toMatchObject({ state: 'running' });
    expect(tree.progress().steps[1]?.detail).toBeUndefined();
  });

  it('lists items that run or failed, and counts the others', () => {
    const tree = new StepTree('op', steps);
    const drain = tree.find(undefined, 'drain');
    tree.begin(drain);
    tree.expectItems(drain, 4);
    const [one, two] = ['m-1', 'm-2', 'm-3'].map((name) => tree.beginItem(drain, name));
    if (one !== undefined) tree.endItem(one, 'done');
    if (two !== undefined) tree.endItem(two, 'failed', 'Nova is gone');
    const { steps: shown, percent } = tree.progress();
    expect(shown[1]?.counts).toEqual({ pending: 1, running: 1, done: 1, failed: 1 });
    expect(shown.slice(2, 4)).toMatchObject([
      { id: 'drain/m-2', parent: 'drain', state: 'failed', detail: 'Nova is gone' },
      { id: 'drain/m-3', parent: 'drain', state: 'running' },
    ]);
    expect(percent).toBe(20);
    expect(stepMarkdown(tree.progress())).toContain('- 🔄 Drain: 1 of 4 done, 1 failed');
    // It is tried again, and counts once.
    tree.expectItems(drain, 1);
    tree.endItem(tree.beginItem(drain, 'm-2'), 'done');
    expect(tree.progress().steps[1]?.counts).toEqual({ pending: 1, running: 1, done: 2 });
  });

  it('stays small with a thousand items in any state, each with much to say', () => {
    const tree = new StepTree('op', steps);
    const drain = tree.find(undefined, 'drain');
    tree.begin(drain);
    tree.expectItems(drain, 3000);
    for (let index = 0; index < 3000; index++) {
      const item = tree.beginItem(drain, `atlas-k3f7x2-workers-b0-${index}`);
      if (index % 3 > 0) tree.endItem(item, index % 3 === 1 ? 'done' : 'failed', 'x'.repeat(5000));
    }
    const progress = tree.progress();
    expect(progress.steps[1]?.counts).toEqual({ running: 1000, done: 1000, failed: 1000 });
    expect(JSON.stringify(progress).length).toBeLessThan(20_000);
    expect(stepMarkdown(progress).length).toBeLessThan(10_000);
  });

  it('shows the steps of a workflow that has worked for a step below it', () => {
    const tree = new StepTree('op', steps);
    const drain = tree.find(undefined, 'drain');
    tree.begin(drain);
    tree.setChild(drain, 'cluster/atlas/roll');
    expect(tree.progress().steps[1]?.child).toEqual({ workflowId: 'cluster/atlas/roll', share: 80 });
    tree.setChild(drain, undefined, [
      { id: 'wave', title: 'Wave', state: 'done' },
      { id: 'wave/m-1', parent: 'wave', title: 'm-1', state: 'failed' },
    ]);
    expect(tree.progress().steps.slice(1, 4)).toMatchObject([
      { id: 'drain' },
      { id: 'drain/wave', parent: 'drain' },
      { id: 'drain/wave/m-1', parent: 'drain/wave' },
    ]);
    expect(tree.progress().steps[1]).not.toHaveProperty('child');
  });
});
