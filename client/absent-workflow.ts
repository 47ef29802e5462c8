import { WorkflowNotFoundError } from '@temporalio/common';

/** The answer of a request about one workflow; undefined when there is no such workflow, not yet or not any more. */
export async function unlessAbsent<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
