import type { Payload } from '@temporalio/common';
import { z } from 'zod';

/**
 * Payloads in protobuf's JSON form: bytes are base64 (protobuf.dev, "ProtoJSON format"). Unknown fields pass unread.
 */
const bodySchema = z.looseObject({
  payloads: z
    .array(z.looseObject({ metadata: z.record(z.string(), z.base64()).nullish(), data: z.base64().nullish() }))
    .nullish(),
});

/** The payloads of a request's body; undefined if it is not `{"payloads":[…]}`. */
export function payloadsFromJson(body: string): Payload[] | undefined {
  const parsed = bodySchema.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  return (parsed.data.payloads ?? []).map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
    ),
    ...(data == null ? {} : { data: Buffer.from(data, 'base64') }),
  }));
}

/** The body of an answer that holds these payloads, for `JSON.stringify`. */
export const payloadsToJson = (payloads: readonly Payload[]): object => ({ payloads: payloads.map(toJson) });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function toJson({ metadata, data }: Payload): unknown {
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, base64(value)])),
    ...(data == null ? {} : { data: base64(data) }),
  };
}
