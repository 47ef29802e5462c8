import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/*
 * The script that runs on machines, run for real: in a folder that stands for the machine's file system, with a Vault,
 * a metadata service and a kubeadm that a test scripts.
 */
const SCRIPT = new URL('../../../activities/bootstrap/slipway-bootstrap.py', import.meta.url).pathname;
const TOKEN = 's.wrapping-token-of-this-test';
const JOIN_TOKEN = 'abcdef.0123456789abcdef';
const CREATION_PATH = 'slipway/data/clusters/atlas-abc123/control-plane/0';
const CONFIG = '/run/kubeadm/kubeadm.yaml';
const TICKET = '/run/bootstrap/wrapped-files.json';

const initConfig = 'kind: InitConfiguration\nname: "@SERVER_NAME@"\nprovider: openstack:///@SERVER_ID@\n';
const joinConfig = `kind: JoinConfiguration\ntoken: ${JOIN_TOKEN}\nname: "@SERVER_NAME@"\nip: "@LOCAL_IPV4@"\nid: "@SERVER_ID@"\n`;
const bundle = [
  { path: '/etc/kubernetes/pki/ca.key', permissions: '0600', content: 'the key of the authority\n' },
  { path: '/etc/kubernetes/pki/ca.crt', permissions: '0644', content: 'the certificate\n' },
  { path: CONFIG, permissions: '0600', content: initConfig },
];

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

class World {
  readonly #directory: string;
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const key = request.url ?? '';
      this.requests.push(key);
      const handler = this.routes[key];
      if (handler === undefined) response.writeHead(404).end();
      else handler(request, response, body);
    });
  });
  readonly requests: string[] = [];
  routes: Record<string, Handler> = {};
  #used = false;

  constructor(directory: string) {
    this.#directory = directory;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  path(name: string): string {
    return join(this.#directory, 'root', name);
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const answer =
      (body: unknown): Handler =>
      (_request, response) =>
        void response.end(JSON.stringify(body));
    this.routes = {
      '/openstack/latest/meta_data.json': answer({ uuid: 'server-1', name: 'atlas-abc123-cp-0' }),
      '/latest/meta-data/local-ipv4': (_request, response) => void response.end('10.6.0.10'),
      '/v1/sys/wrapping/lookup': (_request, response, body) => {
        if (this.#used || !body.includes(TOKEN)) response.writeHead(400).end('{"errors":["no"]}');
        else response.end(JSON.stringify({ data: { creation_path: CREATION_PATH, creation_ttl: 60 } }));
      },
      '/v1/sys/wrapping/unwrap': (request, response) => {
        if (this.#used || request.headers['x-vault-token'] !== TOKEN) response.writeHead(400).end('{"errors":["no"]}');
        else response.end(JSON.stringify({ data: { data: { files: bundle }, metadata: {} } }));
        this.#used = true;
      },
    };
    await this.kubeadm('exit 0');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#directory, { recursive: true, force: true });
  }

  async write(name: string, content: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), content);
  }

  ticket(more: Record<string, unknown> = {}): Promise<void> {
    return this.write(TICKET, JSON.stringify({ vault: this.url, token: TOKEN, creationPath: CREATION_PATH, ...more }));
  }

  /** A kubeadm that records how it was called and keeps the configuration it was given, then does this. */
  async kubeadm(script: string): Promise<void> {
    const file = join(this.#directory, 'bin', 'kubeadm');
    await mkdir(dirname(file), { recursive: true });
    const record = `echo "$@" >>${this.#directory}/calls\n[ "$2" = --config ] && cp "$3" ${this.#directory}/config-$1`;
    await writeFile(file, `#!/bin/sh\n${record}\n${script}\n`);
    await chmod(file, 0o755);
  }

  async calls(): Promise<string[]> {
    const text = await readFile(join(this.#directory, 'calls'), 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean);
  }

  config(action: 'init' | 'join'): Promise<string> {
    return readFile(join(this.#directory, `config-${action}`), 'utf8');
  }

  /** Runs the script as cloud-init would; the exit code and the console's lines. */
  async boot(...options: string[]): Promise<{ code: number; console: string[]; last: string }> {
    const consoleFile = join(this.#directory, 'console');
    await rm(consoleFile, { force: true });
    const code = await new Promise<number>((resolve) => {
      execFile(
        'python3',
        [
          SCRIPT,
          '--root',
          this.path(''),
          '--metadata',
          this.url,
          '--console',
          consoleFile,
          '--pause',
          '0.05',
          ...options,
        ],
        {
          timeout: 20_000,
          env: { PATH: `${join(this.#directory, 'bin')}:/usr/bin:/bin`, PYTHONDONTWRITEBYTECODE: '1' },
        },
        (error, stdout, stderr) => {
          expect(`${stdout}${stderr}`).toBe('');
          resolve(error === null ? 0 : typeof error.code === 'number' ? error.code : -1);
        },
      );
    });
    const lines = (await readFile(consoleFile, 'utf8')).trimEnd().split('\n');
    return { code, console: lines, last: lines.at(-1) ?? '' };
  }
}

let world: World;
beforeEach(async () => {
  world = new World(await mkdtemp(join(tmpdir(), 'slipway-boot-')));
  await world.start();
});
afterEach(() => world.stop());

const exists = (name: string) =>
  access(world.path(name)).then(
    () => true,
    () => false,
  );

describe('a control plane', () => {
  it('fetches its files, writes them for root only, and makes the cluster', async () => {
    await world.ticket();
    const { code, last } = await world.boot();
    expect({ code, last }).toEqual({ code: 0, last: 'SLIPWAY-BOOT-OK' });
    await expect(readFile(world.path('/etc/kubernetes/pki/ca.key'), 'utf8')).resolves.toBe(bundle[0]?.content);
    expect((await stat(world.path('/etc/kubernetes/pki/ca.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(world.path('/etc/kubernetes/pki/ca.crt'))).mode & 0o777).toBe(0o644);
    await expect(world.calls()).resolves.toEqual([`init --config ${world.path(CONFIG)} --skip-token-print`]);
    await expect(world.config('init')).resolves.toBe(
      'kind: InitConfiguration\nname: "atlas-abc123-cp-0"\nprovider: openstack:///server-1\n',
    );
    expect(await exists(TICKET)).toBe(false);
    expect(await exists(CONFIG)).toBe(false);
  });

  it('understands files that were wrapped without a key/value mount', async () => {
    world.routes['/v1/sys/wrapping/unwrap'] = (_request, response) =>
      void response.end(JSON.stringify({ data: { files: bundle } }));
    await world.ticket();
    await expect(world.boot()).resolves.toMatchObject({ code: 0, last: 'SLIPWAY-BOOT-OK' });
  });

  it('sends Vault’s namespace', async () => {
    const namespaces: unknown[] = [];
    for (const path of ['/v1/sys/wrapping/lookup', '/v1/sys/wrapping/unwrap']) {
      const handler = world.routes[path];
      world.routes[path] = (request, response, body) => {
        namespaces.push(request.headers['x-vault-namespace']);
        handler?.(request, response, body);
      };
    }
    await world.ticket({ namespace: 'platform' });
    await world.boot();
    expect(namespaces).toEqual(['platform', 'platform']);
  });

  it('does nothing any more once it is a node', async () => {
    await world.ticket();
    await world.boot();
    const requests = world.requests.length;
    await expect(world.boot()).resolves.toMatchObject({
      code: 0,
      last: 'slipway-bootstrap: this machine is a node already',
    });
    expect(world.requests).toHaveLength(requests);
    await expect(world.calls()).resolves.toHaveLength(1);
  });

  it('stops, and says so, when somebody else has used its token', async () => {
    await world.ticket();
    await fetch(`${world.url}/v1/sys/wrapping/unwrap`, { method: 'POST', headers: { 'x-vault-token': TOKEN } });
    const { code, last } = await world.boot();
    expect(code).toBe(1);
    expect(last).toMatch(/^SLIPWAY-BOOT-FAILED: Vault refuses the token .*HTTP 400.*somebody else read it/);
    await expect(world.calls()).resolves.toEqual([]);
  });

  it('stops when the token is used between look-up and unwrapping, and does not try again', async () => {
    world.routes['/v1/sys/wrapping/unwrap'] = (_request, response) => void response.writeHead(400).end('{}');
    await world.ticket();
    await expect(world.boot()).resolves.toMatchObject({ code: 1 });
    expect(world.requests.filter((path) => path.endsWith('/unwrap'))).toHaveLength(1);
  });

  it('does not unwrap a token that was put in place of its own', async () => {
    world.routes['/v1/sys/wrapping/lookup'] = (_request, response) =>
      void response.end(JSON.stringify({ data: { creation_path: 'sys/wrapping/wrap', creation_ttl: 60 } }));
    await world.ticket();
    const { code, last } = await world.boot();
    expect(code).toBe(1);
    expect(last).toMatch(/^SLIPWAY-BOOT-FAILED: .* was made for sys\/wrapping\/wrap, not for slipway\/data/);
    expect(world.requests).not.toContain('/v1/sys/wrapping/unwrap');
  });

  it('waits for a Vault that is sealed', async () => {
    const lookup = world.routes['/v1/sys/wrapping/lookup'];
    let tries = 0;
    world.routes['/v1/sys/wrapping/lookup'] = (request, response, body) => {
      if (++tries < 3) response.writeHead(503).end('{"errors":["Vault is sealed"]}');
      else lookup?.(request, response, body);
    };
    await world.ticket();
    await expect(world.boot()).resolves.toMatchObject({ code: 0 });
    expect(tries).toBe(3);
  });

  it('gives up on a Vault that never answers, at the deadline', async () => {
    await world.ticket({ vault: 'http://127.0.0.1:1' });
    const { code, last } = await world.boot('--deadline', '0.5');
    expect(code).toBe(1);
    expect(last).toMatch(/^SLIPWAY-BOOT-FAILED: Vault at http:\/\/127\.0\.0\.1:1 does not answer: .*refused/);
  });

  it('does not send the token again when the answer to it is lost', async () => {
    world.routes['/v1/sys/wrapping/unwrap'] = (request) => void request.socket.destroy();
    await world.ticket();
    const { code, last } = await world.boot();
    expect(code).toBe(1);
    expect(last).toMatch(/answer was lost .*make this machine anew/);
    expect(world.requests.filter((path) => path.endsWith('/unwrap'))).toHaveLength(1);
  });

  it('writes nothing outside of its own folders', async () => {
    const files = [{ path: '/etc/../../outside', permissions: '0600', content: 'x' }];
    world.routes['/v1/sys/wrapping/unwrap'] = (_request, response) =>
      void response.end(JSON.stringify({ data: { files } }));
    await world.ticket();
    await expect(world.boot()).resolves.toMatchObject({ code: 1 });
    expect(await exists('../outside')).toBe(false);
  });

  it('cleans up after a failed try, has its files again for the next, and succeeds', async () => {
    const key = world.path('/etc/kubernetes/pki/ca.key');
    // Like the real one, reset removes the delivered files.
    await world.kubeadm(`
      [ "$1" = reset ] && { rm -f ${key}; touch ${world.path('was-reset')}; exit 0; }
      [ -e ${world.path('was-reset')} ] && [ -e ${key} ] && exit 0
      echo "etcdserver: too many learner members in cluster"; exit 1`);
    await world.ticket();
    const { code, console: lines } = await world.boot();
    expect(code).toBe(0);
    expect(lines).toContain('kubeadm: etcdserver: too many learner members in cluster');
    expect((await world.calls()).map((call) => call.split(' ')[0])).toEqual(['init', 'reset', 'init']);
    await expect(world.config('init')).resolves.not.toContain('@');
  });
});

describe('a worker', () => {
  beforeEach(() => world.write(CONFIG, joinConfig));

  it('joins with what its metadata says, and keeps no token', async () => {
    await expect(world.boot()).resolves.toMatchObject({ code: 0, last: 'SLIPWAY-BOOT-OK' });
    await expect(world.config('join')).resolves.toBe(
      `kind: JoinConfiguration\ntoken: ${JOIN_TOKEN}\nname: "atlas-abc123-cp-0"\nip: "10.6.0.10"\nid: "server-1"\n`,
    );
    await expect(world.calls()).resolves.toEqual([`join --config ${world.path(CONFIG)}`]);
    expect(await exists(CONFIG)).toBe(false);
    expect(world.requests.some((path) => path.startsWith('/v1/'))).toBe(false);
  });

  it('takes what cloud-init knows where there is no metadata service', async () => {
    world.routes = {};
    await world.write(
      '/run/cloud-init/instance-data.json',
      JSON.stringify({ ds: { meta_data: { uuid: 'u-2', name: 'n-2' } } }),
    );
    await world.write(CONFIG, `${joinConfig}apiServerEndpoint: 127.0.0.1:6443\n`);
    await expect(world.boot()).resolves.toMatchObject({ code: 0 });
    await expect(world.config('join')).resolves.toContain('name: "n-2"\nip: "127.0.0.1"\nid: "u-2"');
  });

  it('waits for a metadata service that comes up late', async () => {
    const handler = world.routes['/openstack/latest/meta_data.json'];
    let tries = 0;
    world.routes['/openstack/latest/meta_data.json'] = (request, response, body) => {
      if (++tries < 3) response.writeHead(500).end();
      else handler?.(request, response, body);
    };
    await expect(world.boot()).resolves.toMatchObject({ code: 0 });
  });

  it('gives up after three tries, with kubeadm’s last words and no token on the console', async () => {
    await world.kubeadm(`[ "$1" = reset ] && exit 0; echo "token ${JOIN_TOKEN} is invalid"; exit 1`);
    const { code, console: lines, last } = await world.boot();
    expect(code).toBe(1);
    expect(last).toBe('SLIPWAY-BOOT-FAILED: kubeadm join: token <join token> is invalid');
    expect((await world.calls()).filter((call) => call.startsWith('join'))).toHaveLength(3);
    expect(lines.join('\n')).not.toContain(JOIN_TOKEN);
    const log = await readFile(world.path('/var/log/slipway-bootstrap.log'), 'utf8');
    expect(log).not.toContain(JOIN_TOKEN);
  });

  it('stops a kubeadm that hangs, with everything it started', async () => {
    await world.kubeadm('sleep 60 & sleep 60');
    const started = Date.now();
    const { code, last } = await world.boot('--deadline', '1');
    expect(code).toBe(1);
    expect(last).toMatch(/^SLIPWAY-BOOT-FAILED: kubeadm join: stopped after 1 s/);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('says what is missing in its image or user-data', async () => {
    await rm(world.path(CONFIG));
    expect((await world.boot()).last).toBe(
      'SLIPWAY-BOOT-FAILED: there is no /run/kubeadm/kubeadm.yaml: the user-data is not complete',
    );
  });
});
