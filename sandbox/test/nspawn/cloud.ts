import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID, createHash, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Machine } from '../../src/machines/driver.ts';

/** A server on one network of the cloud. */
export function server(name: string, networkId: string, address: string, data: string): Machine {
  const last = Number(address.split('.')[3]);
  return {
    id: randomUUID(),
    name,
    projectId: randomUUID().replaceAll('-', ''),
    availabilityZone: 'nova',
    userData: data,
    metadata: {},
    image: { id: randomUUID(), name: 'ubuntu-24.04-kube-v1.36.3', properties: { kube_version: 'v1.36.3' } },
    flavor: { name: 'm1.medium', vcpus: 2, ramMiB: 4096, diskGiB: 40 },
    publicKeys: [],
    interfaces: [
      {
        portId: randomUUID(),
        networkId,
        subnetId: randomUUID(),
        macAddress: `fa:16:3e:00:00:${last.toString(16).padStart(2, '0')}`,
        address,
        cidr: `${address.split('.').slice(0, 3).join('.')}.0/24`,
        gateway: `${address.split('.').slice(0, 3).join('.')}.1`,
        dnsNameservers: [],
      },
    ],
  };
}

/** Plays Vault's unwrap: each token gives its files once. */
export class WrappingServer {
  readonly #server: Server;
  readonly #wrapped = new Map<string, unknown>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<WrappingServer> {
    const wrapping = new WrappingServer(createServer((request, response) => wrapping.#answer(request, response)));
    await new Promise<void>((resolve) => wrapping.#server.listen(0, '127.0.0.1', resolve));
    return wrapping;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the wrapping server does not listen');
    return address.port;
  }

  wrap(files: readonly WrappedFile[]): string {
    const token = `hvs.${randomBytes(12).toString('hex')}`;
    this.#wrapped.set(token, { data: { files } });
    return token;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const token = String(request.headers['x-vault-token']);
    const asked = `${String(request.method)} ${String(request.url)}`;
    const found = asked === 'POST /v1/sys/wrapping/unwrap' ? this.#wrapped.get(token) : undefined;
    this.#wrapped.delete(token);
    const answer = found ?? { errors: ['wrapping token is not valid or does not exist'] };
    response.writeHead(found === undefined ? 400 : 200).end(JSON.stringify(answer));
  }
}

export interface WrappedFile {
  readonly path: string;
  readonly permissions: string;
  readonly content: string;
}

/** A cluster's authorities and encryption configuration, made by the image's own kubeadm. */
export function clusterSecrets(imageDir: string, folder: string): { files: WrappedFile[]; caCertHash: string } {
  for (const part of ['ca', 'etcd-ca', 'front-proxy-ca', 'sa']) {
    const kubeadm = join(imageDir, 'rootfs/usr/libexec/kubernetes/kubeadm');
    execFileSync(kubeadm, ['init', 'phase', 'certs', part, '--cert-dir', folder], { stdio: 'pipe', timeout: 60_000 });
  }
  const files = filesIn(folder).map((path) => ({
    path: join('/etc/kubernetes/pki', path.slice(folder.length)),
    permissions: '0600',
    content: readFileSync(path, 'utf8'),
  }));
  const key = randomBytes(32).toString('base64');
  const encryption = {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: ['secrets'],
        providers: [{ secretbox: { keys: [{ name: 'key1', secret: key }] } }, { identity: {} }],
      },
    ],
  };
  files.push({ path: '/etc/kubernetes/encryption.yaml', permissions: '0600', content: JSON.stringify(encryption) });
  const publicKey = new X509Certificate(readFileSync(join(folder, 'ca.crt'))).publicKey;
  const caCertHash = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  return { files, caCertHash: `sha256:${caCertHash}` };
}

/** All files under a folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
