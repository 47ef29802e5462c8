import { z } from 'zod';

/** What the driver asks of the helper process in a network's namespace. `id` is the driver's. */
export const helperRequest = z.discriminatedUnion('do', [
  z.object({ do: z.literal('listen'), id: z.number(), address: z.string(), port: z.number() }),
  z.object({ do: z.literal('close'), id: z.number() }),
  z.object({ do: z.literal('connect'), id: z.number(), address: z.string(), port: z.number(), timeoutMs: z.number() }),
]);
export type HelperRequest = z.infer<typeof helperRequest>;

/** What the helper says; `accepted` and `connected` come with the socket itself. */
export const helperEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready') }),
  z.object({ event: z.literal('listening'), id: z.number() }),
  z.object({ event: z.literal('accepted'), id: z.number() }),
  z.object({ event: z.literal('connected'), id: z.number() }),
  z.object({ event: z.literal('failed'), id: z.number(), reason: z.string() }),
]);
export type HelperEvent = z.infer<typeof helperEvent>;
