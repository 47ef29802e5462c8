import { Agent, type Dispatcher } from 'undici';

/** One request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  /** The body of the request, if it was text. */
  readonly sent: string | undefined;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A fact that the case itself adds. */
export interface Note {
  readonly label: string;
  readonly value: unknown;
}

/** Collects what one case sees. */
export class Recorder {
  readonly entries: (Exchange | Note)[] = [];
  /** Sends the requests of the case's clients. */
  readonly dispatcher: Dispatcher;
  readonly #agent = new Agent({ connections: 8 });
  #quiet = 0;

  constructor() {
    this.dispatcher = this.#agent.compose(
      (dispatch) => (options, handler) => dispatch(options, this.#listen(options, handler)),
    );
  }

  /** Runs calls that are not recorded. */
  async quietly<T>(calls: () => Promise<T>): Promise<T> {
    this.#quiet += 1;
    try {
      return await calls();
    } finally {
      this.#quiet -= 1;
    }
  }

  add(entry: Exchange | Note): void {
    if (this.#quiet === 0) this.entries.push(entry);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #listen(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
    // Log-ins and version discovery carry no token: they belong to the client, not to the case.
    if (this.#quiet > 0 || !hasToken(options.headers)) return handler;
    const chunks: Buffer[] = [];
    let [status, headers]: [number, Record<string, string>] = [0, {}];
    return {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onRequestUpgrade: (controller, code, received, socket) =>
        handler.onRequestUpgrade?.(controller, code, received, socket),
      onResponseStart: (controller, code, received, message) => {
        [status, headers] = [code, flatten(received)];
        return handler.onResponseStart?.(controller, code, received, message);
      },
      onResponseData: (controller, chunk) => {
        chunks.push(Buffer.from(chunk));
        return handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd: (controller, trailers) => {
        this.add({
          method: options.method,
          url: `${String(options.origin)}${options.path}`,
          sent: typeof options.body === 'string' ? options.body : undefined,
          ...{ status, headers, text: Buffer.concat(chunks).toString() },
        });
        return handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    };
  }
}

function hasToken(headers: Dispatcher.DispatchOptions['headers']): boolean {
  return headers !== null && typeof headers === 'object' && 'x-auth-token' in headers;
}

/** Headers with names in lower case, repeated ones joined. */
export function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
