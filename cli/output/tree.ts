import { describeCounts, type OperationProgress, type StepProgress, type StepState } from '../../model/index.ts';
import type { ClusterSnapshot } from '../../client/cluster-snapshot.ts';
import { formatDuration } from './duration.ts';
import { plain } from './plain-text.ts';
import type { Style } from './style.ts';

/** How and when a tree is drawn. */
export interface TreeOptions {
  readonly style: Style;
  /** Columns of the terminal; longer lines are cut. */
  readonly width: number;
  /** Now, in milliseconds. */
  readonly now: number;
  /** Which picture of the spinner. */
  readonly frame: number;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const BAR_WIDTH = 24;

/** A cluster's operation as lines: what it is, the link, how far it is, and the steps as a tree. */
export function drawTree(snapshot: ClusterSnapshot, options: TreeOptions): string[] {
  const { style, width, now } = options;
  const { operation, progress, problem, uiUrl } = snapshot;
  const running = operation !== undefined && !('outcome' in operation);
  const elapsed =
    operation === undefined
      ? ''
      : formatDuration(
          ('endedAt' in operation ? Date.parse(operation.endedAt) : now) - Date.parse(operation.startedAt),
        );
  return [
    ...(uiUrl === undefined ? [] : [style.dim(uiUrl)]),
    `${style.bold(headline(snapshot))}${elapsed === '' ? '' : style.dim(`  ${elapsed}`)}`,
    ...(progress === undefined ? [] : [`${bar(progress.percent, style)} ${progress.percent} %`, '']),
    ...(progress === undefined ? [] : drawSteps(progress, options)),
    ...(progress === undefined && running ? [style.busy(`${spinner(options.frame)} starting`)] : []),
    ...(running && operation.attention !== undefined ? [style.bad(cut(waitsForYou(snapshot), width))] : []),
    ...(problem === undefined ? [] : [style.bad(cut(`! ${plain(problem)}`, width))]),
  ];
}

/** What a person can do about an operation that waits for one. */
export const waitsForYou = ({ description: { name } }: ClusterSnapshot): string =>
  `‖ waits for you: "slipway resume ${name}" to go on, "slipway abort ${name}" to end it`;

/** `createCluster atlas (Kubernetes 1.36.3 on sandbox)`. */
export function headline({ description, operation }: ClusterSnapshot): string {
  const { name, cloud, phase, spec } = description;
  const what = operation === undefined ? phase : operation.operation;
  return `${what} ${name} (Kubernetes ${spec.kubernetes.version} on ${cloud})`;
}

/** What a person should know of a step's time: how long it took, or takes. */
export function stepTime(step: StepProgress, now: number): string {
  if (step.startedAt === undefined) return '';
  const end = step.endedAt === undefined ? now : Date.parse(step.endedAt);
  return formatDuration(end - Date.parse(step.startedAt));
}

/** What a step says beside its title: how many of its items are done, and its detail. */
export const saying = ({ counts, detail }: StepProgress): string =>
  [...(counts === undefined ? [] : [describeCounts(counts)]), ...(detail ? [plain(detail)] : [])].join('; ');

/** The sign of a state; a running step shows the spinner's picture. */
export function stateSign(state: StepState, style: Style, frame = 0): string {
  switch (state) {
    case 'pending':
      return style.dim('·');
    case 'running':
      return style.busy(spinner(frame));
    case 'paused':
      return style.bad('‖');
    case 'done':
      return style.good('✔');
    case 'skipped':
      return style.dim('–');
    case 'tolerated':
      return style.bad('!');
    case 'failed':
      return style.bad('✖');
    case 'cancelled':
      return style.dim('⊘');
  }
}

function drawSteps({ steps }: OperationProgress, options: TreeOptions): string[] {
  const known = new Set(steps.map(({ id }) => id));
  const childrenOf = (parent: string | undefined) =>
    steps.filter((step) => (step.parent !== undefined && known.has(step.parent) ? step.parent : undefined) === parent);
  // A step is drawn once, so a circle of parents, which no operation has, cannot hang the terminal.
  const drawn = new Set<string>();
  const draw = (step: StepProgress, depth: number): string[] => {
    if (drawn.has(step.id)) return [];
    drawn.add(step.id);
    return [drawStep(step, depth, options), ...childrenOf(step.id).flatMap((child) => draw(child, depth + 1))];
  };
  return childrenOf(undefined).flatMap((step) => draw(step, 0));
}

function drawStep(step: StepProgress, depth: number, { style, width, now, frame }: TreeOptions): string {
  const indent = '  '.repeat(depth);
  const title = plain(step.title);
  const time = stepTime(step, now);
  const used = indent.length + 2 + title.length + (time === '' ? 0 : time.length + 2);
  const said = saying(step);
  const detail = said === '' ? '' : cut(said, width - used - 2);
  const colour = ['failed', 'tolerated', 'paused'].includes(step.state)
    ? style.bad
    : step.state === 'running'
      ? style.busy
      : style.dim;
  const shownTitle = ['pending', 'skipped', 'cancelled'].includes(step.state) ? style.dim(title) : title;
  return [
    `${indent}${stateSign(step.state, style, frame)} ${shownTitle}`,
    ...(time === '' ? [] : [style.dim(time)]),
    ...(detail === '' ? [] : [colour(detail)]),
  ].join('  ');
}

function bar(percent: number, style: Style): string {
  const full = Math.round((BAR_WIDTH * Math.min(100, Math.max(0, percent))) / 100);
  return style.good('█'.repeat(full)) + style.dim('░'.repeat(BAR_WIDTH - full));
}

function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 4 ? '' : `${text.slice(0, width - 1)}…`;
}

const spinner = (frame: number): string => SPINNER[frame % SPINNER.length] ?? '·';
