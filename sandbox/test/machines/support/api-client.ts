import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, request } from 'undici';

/** An answer of the API, as it came. */
export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly json: Record<string, unknown>;
}

const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString();

/** Plain HTTP requests with a kubeconfig's certificates, for what the generated client hides. */
export class RawApi {
  readonly #agent: Agent;
  readonly #server: string;

  constructor(config: KubeConfig) {
    const user = config.getCurrentUser();
    const cluster = config.getCurrentCluster();
    this.#server = cluster?.server ?? '';
    this.#agent = new Agent({
      connect: { ca: decode(cluster?.caData), cert: decode(user?.certData), key: decode(user?.keyData) },
    });
  }

  async call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options: { readonly body?: unknown; readonly accept?: string; readonly type?: string } = {},
  ): Promise<ApiAnswer> {
    const { body, accept = 'application/json', type = 'application/json' } = options;
    const payload =
      body === undefined
        ? {}
        : { body: body instanceof Buffer || typeof body === 'string' ? body : JSON.stringify(body) };
    const headers = { accept, ...(body === undefined ? {} : { 'content-type': type }) };
    const answer = await request(`${this.#server}${path}`, { method, dispatcher: this.#agent, headers, ...payload });
    const text = await answer.body.text();
    const json = (text.startsWith('{') ? JSON.parse(text) : { text }) as Record<string, unknown>;
    return { status: answer.statusCode, contentType: String(answer.headers['content-type']), json };
  }

  /** The events of a watch that lasts a second. */
  async watch(path: string): Promise<readonly { readonly type: string; readonly object: Record<string, unknown> }[]> {
    const separator = path.includes('?') ? '&' : '?';
    const answer = await request(`${this.#server}${path}${separator}watch=true&timeoutSeconds=1`, {
      dispatcher: this.#agent,
    });
    const lines = (await answer.body.text()).trim().split('\n');
    return lines
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { type: string; object: Record<string, unknown> });
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
