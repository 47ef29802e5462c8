import { describeCounts, type OperationProgress, type StepProgress } from '../../model/index.ts';

const MARKS = {
  pending: '▫️',
  running: '🔄',
  paused: '⏸️',
  done: '✅',
  skipped: '➖',
  tolerated: '⚠️',
  failed: '❌',
  cancelled: '⛔',
};

/** An operation's steps for a person who looks at its workflow in the Temporal UI. */
export function stepMarkdown({ percent, steps }: OperationProgress): string {
  const depths = new Map<string, number>();
  const lines = steps.map((step) => {
    const depth = step.parent === undefined ? 0 : (depths.get(step.parent) ?? 0) + 1;
    depths.set(step.id, depth);
    return `${'  '.repeat(depth)}- ${MARKS[step.state]} ${line(step)}`;
  });
  return [`**${percent} %**`, '', ...lines].join('\n');
}

function line({ title, startedAt, endedAt, detail, counts, child }: StepProgress): string {
  const seconds =
    startedAt && endedAt ? ` (${Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)} s)` : '';
  const said = [
    ...(counts === undefined ? [] : [describeCounts(counts)]),
    ...(child === undefined ? [] : [`see \`${child.workflowId}\``]),
    ...(detail === undefined ? [] : [detail]),
  ].join('; ');
  return `${title}${seconds}${said === '' ? '' : `: ${said}`}`;
}
