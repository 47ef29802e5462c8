import {
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type Attention, type AttentionChange, type AttentionKind, messages } from '../../model/index.ts';
import type { Children } from './children.ts';
import { deadlineExceeded } from './deadline.ts';
import { isAttentionChange } from './messages.ts';

const pause = defineSignal(messages.pause);
const resume = defineSignal(messages.resume);
const abort = defineSignal(messages.abort);
const attentionSignal = defineSignal<[unknown]>(messages.attention);

/** A weekend; after it the operation ends, so that no cluster is held for ever. */
const LONGEST_PAUSE = '72h';

/** Of a reason that is sent and kept. */
const MAX_REASON = 1000;

/**
 * Lets people hold an operation where nothing is half done, have it go on, and end it. Its parent is told meanwhile
 * that it waits for a person.
 *
 * A child workflow of an operation has safe points of its own. The operation passes on to it that it shall pause or go
 * on, and tells the cluster in its own name that the child waits; the child's waiting counts as the operation's. To
 * abort an operation is to cancel it, and that cancels its children.
 */
export class Pauses {
  readonly #operation: string;
  readonly #children: Children;
  #isAskedFor = false;
  #isHeld = false;
  /** The children that wait. */
  readonly #held = new Set<string>();
  /** When the pause that is under way began. */
  #since: number | undefined;
  #endedMs = 0;

  constructor(operation: string, children: Children, onAbort: () => void) {
    this.#operation = operation;
    this.#children = children;
    setHandler(pause, () => {
      this.#isAskedFor = true;
      children.tell('pause', []);
    });
    setHandler(resume, () => {
      this.#isAskedFor = this.#isHeld = false;
      children.tell('resume', []);
    });
    setHandler(abort, onAbort);
    setHandler(attentionSignal, (change) => {
      if (isAttentionChange(change) && children.has(change.workflowId)) return this.#attend(change);
    });
  }

  get isHeld(): boolean {
    return this.#isHeld || this.#held.size > 0;
  }

  /** How long the operation was held until now, in milliseconds. */
  get totalMs(): number {
    return this.#endedMs + (this.#since === undefined ? 0 : Date.now() - this.#since);
  }

  /** A child that has just begun is told what its operation was told before. */
  childStarted(workflowId: string): void {
    if (this.#isAskedFor) this.#children.tell('pause', [], workflowId);
  }

  childEnded(workflowId: string): void {
    if (this.#held.delete(workflowId)) this.#clock();
  }

  /**
   * Waits until a person lets the operation go on, when one has paused it, or when something blocks it. `show` gets the
   * reason, and nothing when it is over.
   *
   * @throws ApplicationFailure `Slipway.DeadlineExceeded` when nobody did for three days
   */
  async wait(show: (reason?: string) => void, blockedBy?: string): Promise<void> {
    if (blockedBy === undefined && !this.#isAskedFor) return;
    const kind: AttentionKind = blockedBy === undefined ? 'Paused' : 'Blocked';
    const reason = (blockedBy ?? 'paused by a person').slice(0, MAX_REASON);
    this.#isHeld = true;
    const since = this.#clock();
    show(reason);
    await tell({ kind, reason, since: new Date(since).toISOString() });
    const wasResumed = await condition(() => !this.#isHeld, LONGEST_PAUSE);
    this.#isHeld = false;
    this.#clock();
    show();
    if (!wasResumed) throw deadlineExceeded(`${this.#operation}, held because of "${reason}",`, LONGEST_PAUSE);
    await tell(undefined);
  }

  /** A child waits for a person, or goes on. */
  async #attend({ workflowId, attention }: AttentionChange): Promise<void> {
    if (attention === undefined) this.#held.delete(workflowId);
    else this.#held.add(workflowId);
    this.#clock();
    await tell(attention);
  }

  /** Starts or stops the clock of what does not count. Returns the present time in milliseconds. */
  #clock(): number {
    const now = Date.now();
    if (this.isHeld) this.#since ??= now;
    else if (this.#since !== undefined) {
      this.#endedMs = this.totalMs;
      this.#since = undefined;
    }
    return now;
  }
}

/**
 * The parent shows it to those who list and look, or tells its own. Without its word the operation is held all the
 * same.
 */
async function tell(attention: Attention | undefined): Promise<void> {
  const { parent, workflowId } = workflowInfo();
  if (parent === undefined) return;
  try {
    const change = { workflowId, ...(attention === undefined ? {} : { attention }) };
    await getExternalWorkflowHandle(parent.workflowId).signal(attentionSignal, change);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
