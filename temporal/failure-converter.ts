import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts the message and the stack of a failure into a payload, so that the codec encrypts them as well; the message that
 * stays readable is "Encoded failure". It runs in the worker and, bundled by its path, inside workflows. Every other
 * converter reads what it writes, so only the worker needs it.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
