import type { ItemCounts, StepProgress } from '../../model/index.ts';
import type { ClusterSnapshot } from '../../client/cluster-snapshot.ts';
import { formatClock } from './duration.ts';
import { plain } from './plain-text.ts';
import type { Style } from './style.ts';
import { headline, saying, stateSign, stepTime, waitsForYou } from './tree.ts';

/** Items of a step that runs are told one by one up to this number; of more, only what needs a person. */
const MOST_TOLD = 20;
/** How often it is told how many items of a step are done. */
const PARTS = 10;

/** Turns snapshots into lines of a log: one line for what changed since the snapshot before. */
export class ChangeLines {
  readonly #style: Style;
  readonly #now: () => number;
  readonly #steps = new Map<string, string>();
  #operation: string | undefined;
  #problem: string | undefined;
  #waits = false;

  constructor(style: Style, now: () => number) {
    this.#style = style;
    this.#now = now;
  }

  /** The lines that this snapshot adds. */
  next(snapshot: ClusterSnapshot): string[] {
    const { operation, progress, uiUrl, problem } = snapshot;
    const lines: string[] = [];
    const id = operation?.workflowId ?? '';
    if (id !== this.#operation) {
      this.#operation = id;
      this.#steps.clear();
      lines.push(headline(snapshot), ...(uiUrl === undefined ? [] : [uiUrl]));
    }
    const steps = progress?.steps ?? [];
    const large = new Set(steps.filter(({ counts }) => all(counts) > MOST_TOLD).map(({ id: step }) => step));
    for (const step of steps) {
      const seen = `${step.state}\n${step.detail ?? ''}\n${part(step.counts)}`;
      if (step.state === 'pending' || step.state === 'skipped' || this.#steps.get(step.id) === seen) continue;
      if (step.state === 'running' && large.has(step.parent ?? '')) continue;
      this.#steps.set(step.id, seen);
      lines.push(this.#line(step, progress?.percent ?? 0));
    }
    const waits = operation !== undefined && 'attention' in operation;
    if (waits && !this.#waits) lines.push(`${this.#clock()} ${waitsForYou(snapshot)}`);
    this.#waits = waits;
    if (problem !== undefined && problem !== this.#problem) lines.push(`${this.#clock()} ! ${plain(problem)}`);
    this.#problem = problem;
    return lines;
  }

  #line(step: StepProgress, percent: number): string {
    const sign = step.state === 'running' ? this.#style.busy('▸') : stateSign(step.state, this.#style);
    const time = step.state === 'running' ? '' : stepTime(step, this.#now());
    const detail = saying(step);
    return [
      `${this.#clock()} ${String(percent).padStart(3)} % ${sign} ${plain(step.title)}`,
      ...(time === '' ? [] : [`(${time})`]),
      ...(detail === '' ? [] : [`- ${detail}`]),
    ].join(' ');
  }

  #clock(): string {
    return this.#style.dim(formatClock(this.#now()));
  }
}

const all = (counts: ItemCounts = {}): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Which part of the items is done; each one where they are few. */
function part(counts: ItemCounts = {}): number {
  const { done = 0 } = counts;
  return all(counts) > MOST_TOLD ? Math.floor((PARTS * done) / all(counts)) : done;
}
