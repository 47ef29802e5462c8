import {
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type Attention, type AttentionChange, type AttentionKind, messages } from '../../model/index.ts';
import { deadlineExceeded } from './deadline.ts';

const pause = defineSignal(messages.pause);
const resume = defineSignal(messages.resume);
const abort = defineSignal(messages.abort);
const attentionSignal = defineSignal<[AttentionChange]>(messages.attention);

/** A weekend; after it the operation ends, so that no cluster is held for ever. */
const LONGEST_PAUSE = '72h';

/** Of a reason that is sent and kept. */
const MAX_REASON = 1000;

/**
 * Lets people hold an operation where nothing is half done, have it go on, and end it. Its cluster is told meanwhile
 * that it waits for a person.
 */
export class Pauses {
  readonly #operation: string;
  #isAskedFor = false;
  #isHeld = false;
  /** When the pause that is under way began. */
  #since: number | undefined;
  #endedMs = 0;

  constructor(operation: string, onAbort: () => void) {
    this.#operation = operation;
    setHandler(pause, () => void (this.#isAskedFor = true));
    setHandler(resume, () => void (this.#isAskedFor = this.#isHeld = false));
    setHandler(abort, onAbort);
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** How long the operation was held until now, in milliseconds. */
  get totalMs(): number {
    return this.#endedMs + (this.#since === undefined ? 0 : Date.now() - this.#since);
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
    const since = Date.now();
    this.#since = since;
    this.#isHeld = true;
    show(reason);
    await tell({ kind, reason, since: new Date(since).toISOString() });
    const wasResumed = await condition(() => !this.#isHeld, LONGEST_PAUSE);
    this.#endedMs = this.totalMs;
    this.#since = undefined;
    this.#isHeld = false;
    show();
    if (!wasResumed) throw deadlineExceeded(`${this.#operation}, held because of "${reason}",`, LONGEST_PAUSE);
    await tell(undefined);
  }
}

/** The cluster shows it to those who list and look. Without its word the operation is held all the same. */
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
