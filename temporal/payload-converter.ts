import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { UnreadablePayload } from '../model/index.ts';

/**
 * Temporal's own converter, but that a payload which cannot be read becomes an {@link UnreadablePayload}. It runs
 * inside workflows only, bundled by its path: there an error while a payload is read fails the task, which is tried
 * again for ever.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload: (payload: Payload) => {
    try {
      return defaultPayloadConverter.fromPayload(payload);
    } catch (error) {
      // Whoever takes a payload parses it, and that tells the stand-in.
      return new UnreadablePayload(error instanceof Error ? error.message : String(error)) as never;
    }
  },
};
