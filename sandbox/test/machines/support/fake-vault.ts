import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Vault as far as response wrapping goes: each token unwraps once. */
export class FakeVault {
  readonly #server: Server;
  readonly #wrapped = new Map<string, { readonly path: string; readonly files: unknown }>();
  #tokens = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const lookup = request.url?.endsWith('/lookup') === true;
        const body = lookup ? (JSON.parse(Buffer.concat(chunks).toString()) as { token: string }) : undefined;
        const token = body?.token ?? String(request.headers['x-vault-token']);
        const found = this.#wrapped.get(token);
        if (!lookup) this.#wrapped.delete(token);
        response.writeHead(found === undefined ? 400 : 200, { 'content-type': 'application/json' });
        const data = lookup
          ? { creation_path: found?.path }
          : { data: { files: found?.files }, metadata: { version: 1 } };
        response.end(
          JSON.stringify(
            found === undefined ? { errors: ['wrapping token is not valid or does not exist'] } : { data },
          ),
        );
      });
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Wraps files and returns the token. */
  wrap(path: string, files: Readonly<Record<string, string>>): string {
    this.#tokens += 1;
    const token = `hvs.${this.#tokens}`;
    const list = Object.entries(files).map(([name, content]) => ({ path: name, permissions: '0600', content }));
    this.#wrapped.set(token, { path, files: list });
    return token;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
