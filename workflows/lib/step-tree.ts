import {
  type ItemCounts,
  type OperationProgress,
  stepActivityId,
  type StepProgress,
  type StepState,
  stepPath,
  stepsBelow,
} from '../../model/index.ts';

/** A step as an operation declares it, before anything runs. */
export interface StepDeclaration {
  readonly title: string;
  /** Seconds it usually takes on a real cloud; weighs the percentage. */
  readonly seconds: number;
}

/** Steps that fail together, and whose failure the script may answer (see `StepControl.group`). */
interface GroupDeclaration {
  readonly title: string;
  readonly steps: StepDeclarations;
}

export type StepDeclarations = Readonly<Record<string, StepDeclaration | GroupDeclaration>>;

/** Items that are listed in one answer, whatever their number: the answer stays below some 30 KiB. */
const MOST_LISTED = 40;
/** Items that failed are remembered up to this number, of each step. */
const MOST_FAILED = 20;
/** Of what an item says. */
const MAX_ITEM_DETAIL = 200;

/** Which items are listed first. */
const LISTED: readonly StepState[] = ['failed', 'paused', 'running', 'tolerated'];
/** In which a step counts as worked off. */
const WORKED_OFF: ReadonlySet<StepState> = new Set(['done', 'skipped', 'tolerated']);

/** A step of the tree, a group of steps, or an item of a step. */
export interface StepNode {
  readonly path: string;
  readonly title: string;
  readonly parent?: StepNode;
  /** 0 of groups, whose steps count, and of items. */
  readonly seconds: number;
  /** As it was declared. */
  readonly steps: StepNode[];
  state: StepState;
  startedAt?: number;
  endedAt?: number;
  detail?: string;
  /** What it was before it was paused. */
  held?: Pick<StepNode, 'state' | 'detail'>;
  /** Of a step over many items; those that were not done, by their paths. */
  counts?: Map<StepState, number>;
  items?: Map<string, StepNode>;
  /** Workflow id of what works for it, and the steps of one that has ended. */
  child?: string;
  childSteps?: readonly StepProgress[];
}

/**
 * The steps of a run and how far they are. Items that are done are counted only, so a step may have thousands; what is
 * said of all is bounded.
 */
export class StepTree {
  readonly #name: string;
  readonly #roots: StepNode[];
  readonly #changed: () => void;
  /** How many activities each path has scheduled. */
  readonly #activities = new Map<string, number>();
  #isComplete = false;

  /** @param changed is called after each change */
  constructor(name: string, declared: StepDeclarations, changed: () => void = () => undefined) {
    this.#name = name;
    this.#roots = nodesOf(declared, undefined);
    this.#changed = changed;
  }

  /** A step of this id below a group, or at the top. @throws Error when none was declared */
  find(group: StepNode | undefined, id: string): StepNode {
    const path = stepPath(group?.path, id);
    const node = (group?.steps ?? this.#roots).find((one) => one.path === path);
    if (node === undefined) throw new Error(`step ${path} was not declared`);
    return node;
  }

  /** The same for the same calls in the same order: a history that is replayed has them. */
  nextActivityId({ path }: StepNode): string {
    const n = (this.#activities.get(path) ?? 0) + 1;
    this.#activities.set(path, n);
    return stepActivityId(path, n);
  }

  /** A step begins; it may have been done before, for a wish that came earlier. */
  begin(node: StepNode): void {
    node.state = 'running';
    delete node.endedAt;
    delete node.detail;
    node.startedAt = Date.now();
    this.#changed();
  }

  end(node: StepNode, state: StepState, detail?: string): void {
    node.state = state;
    node.endedAt = Date.now();
    if (detail !== undefined) node.detail = detail;
    // Of a group that has ended well, what never began was not needed.
    if (state === 'done') skipPending(node.steps);
    this.#changed();
  }

  /** Nothing is to do for it now; if something was before, that is shown. */
  skip(node: StepNode): void {
    skipPending([node]);
    this.#changed();
  }

  /** The operation has ended well: what never began was not needed, as a rollback. */
  complete(): void {
    skipPending(this.#roots);
    this.#isComplete = true;
    this.#changed();
  }

  /** Shows a step as paused for this reason; as it was before, without one. */
  hold(node: StepNode, reason: string | undefined): void {
    const { state, detail } = node;
    if (reason !== undefined) Object.assign(node, { held: { state, detail }, state: 'paused', detail: reason });
    else if (node.held !== undefined) {
      Object.assign(node, node.held);
      delete node.held;
    }
    this.#changed();
  }

  /** So many more items are to be worked off by a step. */
  expectItems(node: StepNode, more: number): void {
    node.counts ??= new Map();
    add(node.counts, 'pending', more);
    this.#changed();
  }

  beginItem(of: StepNode, name: string): StepNode {
    const path = stepPath(of.path, name);
    const item: StepNode = {
      ...{ path, title: name, parent: of, seconds: 0, steps: [] },
      ...{ state: 'running', startedAt: Date.now() },
    };
    of.items ??= new Map();
    of.counts ??= new Map();
    const before = of.items.get(path);
    // It was tried before: it counts once.
    if (before !== undefined) add(of.counts, before.state, -1);
    add(of.counts, 'pending', -1);
    add(of.counts, 'running', 1);
    of.items.set(path, item);
    this.#changed();
    return item;
  }

  endItem(item: StepNode, state: StepState, detail?: string): void {
    const { parent: of, path } = item;
    if (of?.counts !== undefined) {
      add(of.counts, 'running', -1);
      add(of.counts, state, 1);
    }
    // Beside those that run, there are those that failed, and this one.
    const told = (of?.items?.size ?? 0) - (of?.counts?.get('running') ?? 0) - 1;
    if ((state !== 'failed' && state !== 'tolerated') || told >= MOST_FAILED) of?.items?.delete(path);
    item.state = state;
    item.endedAt = Date.now();
    if (detail !== undefined) item.detail = detail.slice(0, MAX_ITEM_DETAIL);
    this.#changed();
  }

  /** Counts items that are worked off many at once, in place of those that were counted before. */
  count(node: StepNode, counts: ItemCounts): void {
    node.counts = new Map(Object.entries(counts) as [StepState, number][]);
    this.#changed();
  }

  /** A workflow works for a step from now on; or it has ended, and these were its steps. */
  setChild(node: StepNode, child: string | undefined, steps?: readonly StepProgress[]): void {
    if (child === undefined) delete node.child;
    else node.child = child;
    if (steps !== undefined) node.childSteps = steps;
    this.#changed();
  }

  progress(): OperationProgress {
    const total = Math.max(1, secondsOf(this.#roots));
    const done = this.#roots.reduce((sum, node) => sum + secondsDone(node), 0);
    let left = MOST_LISTED;
    const list = (node: StepNode): StepProgress[] => {
      const items = LISTED.flatMap((state) => [...(node.items?.values() ?? [])].filter((item) => item.state === state));
      const shown = items.slice(0, left);
      left -= shown.length;
      return [
        toProgress(node, (100 * node.seconds) / total),
        ...[...node.steps, ...shown].flatMap(list),
        ...stepsBelow(node.path, node.childSteps ?? []),
      ];
    };
    return {
      operation: this.#name,
      percent: this.#isComplete ? 100 : Math.floor((100 * done) / total),
      steps: this.#roots.flatMap(list),
    };
  }
}

function nodesOf(declared: StepDeclarations, parent: StepNode | undefined): StepNode[] {
  return Object.entries(declared).map(([id, declaration]) => {
    const node: StepNode = {
      path: stepPath(parent?.path, id),
      title: declaration.title,
      ...(parent === undefined ? {} : { parent }),
      seconds: 'steps' in declaration ? 0 : declaration.seconds,
      steps: [],
      state: 'pending',
    };
    if ('steps' in declaration) node.steps.push(...nodesOf(declaration.steps, node));
    return node;
  });
}

function skipPending(nodes: readonly StepNode[]): void {
  for (const node of nodes) {
    if (node.state === 'pending') node.state = 'skipped';
    skipPending(node.steps);
  }
}

function add(counts: Map<StepState, number>, state: StepState, more: number): void {
  const count = (counts.get(state) ?? 0) + more;
  if (count > 0) counts.set(state, count);
  else counts.delete(state);
}

const secondsOf = (nodes: readonly StepNode[]): number =>
  nodes.reduce((sum, { seconds, steps }) => sum + seconds + secondsOf(steps), 0);

/** Of a step over items, as many as are worked off: it may have been done for some of them. */
function secondsDone({ state, seconds, steps, counts }: StepNode): number {
  const inside = steps.reduce((sum, step) => sum + secondsDone(step), 0);
  if (counts === undefined) return inside + (WORKED_OFF.has(state) ? seconds : 0);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const over = [...counts].reduce((sum, [one, count]) => sum + (WORKED_OFF.has(one) ? count : 0), 0);
  return inside + (seconds * over) / Math.max(1, all);
}

function toProgress(node: StepNode, share: number): StepProgress {
  const { path, title, parent, state, startedAt, endedAt, detail, counts, child } = node;
  return {
    id: path,
    title,
    state,
    ...(parent === undefined ? {} : { parent: parent.path }),
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
    ...(detail === undefined ? {} : { detail }),
    ...(counts === undefined ? {} : { counts: Object.fromEntries(counts) }),
    ...(child === undefined ? {} : { child: { workflowId: child, share } }),
  };
}
