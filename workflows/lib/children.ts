import { defineSignal, getExternalWorkflowHandle } from '@temporalio/workflow';
import { type HandedWish, messages } from '../../model/index.ts';

/** What an operation passes on to those that work for it. */
interface Passed {
  readonly pause: [];
  readonly resume: [];
  readonly handOver: [HandedWish];
}

/**
 * The child workflows that work for an operation now. A person, and its cluster, speak to the operation only; it passes
 * on what they say, one after the other, so that nothing overtakes.
 */
export class Children {
  readonly #running = new Set<string>();
  #passedOn: Promise<void> = Promise.resolve();
  /** Called when one has begun, and when it has ended. */
  onStart: (workflowId: string) => void = () => undefined;
  onEnd: (workflowId: string) => void = () => undefined;

  has(workflowId: string): boolean {
    return this.#running.has(workflowId);
  }

  start(workflowId: string): void {
    this.#running.add(workflowId);
    this.onStart(workflowId);
  }

  end(workflowId: string): void {
    if (this.#running.delete(workflowId)) this.onEnd(workflowId);
  }

  /** Tells every one that runs, or the one of this id. */
  tell<Message extends keyof Passed>(message: Message, args: Passed[Message], only?: string): void {
    for (const workflowId of only === undefined ? this.#running : [only])
      this.#passedOn = this.#passedOn.then(() => send(workflowId, message, args));
  }
}

async function send(workflowId: string, message: keyof Passed, args: Passed[keyof Passed]): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(defineSignal<unknown[]>(messages[message]), ...args);
  } catch {
    // It has ended, or the operation is cancelled, which cancels it.
  }
}
