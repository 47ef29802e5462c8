import { z } from 'zod';
import type { VaultTransport } from './transport.ts';

/** A secret that Vault keeps behind a single-use token (Vault documentation: concepts/response-wrapping). */
export interface WrappedSecret {
  /** Secret until it is used. */
  readonly token: string;
  /** The path of the request whose answer is wrapped; a receiver checks it before it unwraps. */
  readonly creationPath: string;
  readonly ttlSeconds: number;
}

/** Header that asks Vault to wrap its answer. */
export const wrapTtl = (seconds: number) => ({ 'X-Vault-Wrap-TTL': `${seconds}s` });

/** An answer that was wrapped. */
export const wrappedSchema = z.looseObject({
  wrap_info: z
    .looseObject({ token: z.string().min(1), creation_path: z.string().min(1), ttl: z.number() })
    .transform((info): WrappedSecret => ({
      token: info.token,
      creationPath: info.creation_path,
      ttlSeconds: info.ttl,
    })),
});

const lookupSchema = z.looseObject({
  data: z.looseObject({ creation_path: z.string(), creation_ttl: z.number(), creation_time: z.string() }),
});

/** Response wrapping: `sys/wrapping/*`. */
export class Wrapping {
  readonly #transport: VaultTransport;

  constructor(transport: VaultTransport) {
    this.#transport = transport;
  }

  /** Wraps data that is stored nowhere else. The creation path is always `sys/wrapping/wrap`. */
  async wrap(
    data: Readonly<Record<string, unknown>>,
    ttlSeconds: number,
    signal?: AbortSignal,
  ): Promise<WrappedSecret> {
    const answer = await this.#transport.send({
      method: 'POST',
      path: 'sys/wrapping/wrap',
      headers: wrapTtl(ttlSeconds),
      body: data,
      schema: wrappedSchema,
      signal,
    });
    return answer.wrap_info;
  }

  /**
   * What a wrapping token holds, without using it up. Throws VaultError `invalid` for a token that was used or has
   * expired.
   */
  async lookup(token: string, signal?: AbortSignal): Promise<{ creationPath: string; ttlSeconds: number }> {
    const answer = await this.#transport.send({
      method: 'POST',
      path: 'sys/wrapping/lookup',
      token: { use: 'none' },
      body: { token },
      schema: lookupSchema,
      signal,
    });
    return { creationPath: answer.data.creation_path, ttlSeconds: answer.data.creation_ttl };
  }

  /**
   * Unwraps, once: a request that may have arrived is not sent again. Throws VaultError `invalid` when somebody was
   * faster.
   */
  async unwrap<T>(token: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    const answer = await this.#transport.send({
      method: 'POST',
      path: 'sys/wrapping/unwrap',
      token: { value: token },
      retry: 'unsent',
      schema: z.looseObject({ data: schema }),
      signal,
    });
    return answer.data;
  }
}
