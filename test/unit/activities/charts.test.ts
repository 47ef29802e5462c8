import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { create } from 'tar';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { releasesOf } from '../../../addons/index.ts';
import { fetchChart, sourceOf } from '../../../activities/addons/charts.ts';
import { HelmRun } from '../../../activities/addons/helm-run.ts';
import { findTool } from '../../../local/tools.ts';
import { addonsSchema, vaultPaths } from '../../../model/index.ts';
import type { VaultClient } from '../../../vault/index.ts';
import { greeter, writeChart } from '../../support/charts.ts';
import { inActivity } from '../../support/in-activity.ts';
import { MemoryKv } from '../../support/memory-kv.ts';

const ID = 'atlas-aaaaaa';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** Nobody listens there, and nothing is asked of it. */
const NOWHERE = {
  ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: {} }],
  contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
};

let folder: string;
let archive: Buffer;
let address: string;
let helm: string;
const closing: (() => unknown)[] = [];

const digestOf = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What a chart repository (`/charts`) and a registry (`/v2`) answer, by path. */
function answers(): Map<string, { readonly type: string; readonly body: string | Buffer }> {
  const config = JSON.stringify({ name: 'greeter', version: '1.0.0', apiVersion: 'v2' });
  const part = (mediaType: string, bytes: string | Buffer) => ({
    ...{ mediaType, digest: `sha256:${digestOf(bytes)}` },
    size: Buffer.byteLength(bytes),
  });
  const manifest = JSON.stringify({
    ...{ schemaVersion: 2, mediaType: MANIFEST },
    ...{ config: part(CONFIG, config), layers: [part(LAYER, archive)] },
  });
  const entry = { name: 'greeter', version: '1.0.0', apiVersion: 'v2', urls: ['greeter-1.0.0.tgz'] };
  const repository = '/v2/mirror/charts.example.org/stable/greeter';
  const manifestAnswer = { type: MANIFEST, body: manifest };
  return new Map([
    ['/charts/index.yaml', { type: 'text/yaml', body: stringify({ apiVersion: 'v1', entries: { greeter: [entry] } }) }],
    ['/charts/greeter-1.0.0.tgz', { type: 'application/gzip', body: archive }],
    [`${repository}/manifests/1.0.0`, manifestAnswer],
    [`${repository}/manifests/sha256:${digestOf(manifest)}`, manifestAnswer],
    [`${repository}/blobs/sha256:${digestOf(config)}`, { type: 'application/octet-stream', body: config }],
    [`${repository}/blobs/sha256:${digestOf(archive)}`, { type: 'application/octet-stream', body: archive }],
  ]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-test-charts-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  await writeChart(folder, greeter('1.0.0'));
  const file = join(folder, 'packed.tgz');
  await create({ gzip: true, file, cwd: folder }, ['greeter']);
  archive = await readFile(file);
  const served = answers();
  const server = createServer((request, response) => {
    const found = served.get(request.url ?? '');
    response.statusCode = found === undefined ? 404 : 200;
    response.setHeader('content-type', found?.type ?? 'text/plain');
    response.setHeader('content-length', Buffer.byteLength(found?.body ?? ''));
    response.end(request.method === 'HEAD' ? undefined : found?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  // What a server tells of itself when it listens on a port.
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  helm = (await findTool('helm', { signal: AbortSignal.timeout(300_000) })).path;
}, 300_000);
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** Fetches a chart as a worker with these settings does, and returns its file's name. */
async function fetched(
  wanted: { readonly chart: string; readonly version?: string; readonly sha256?: string },
  settings: { readonly chartSource?: string; readonly chartFolder?: string } = {},
): Promise<string> {
  const kv = new MemoryKv();
  await kv.write(vaultPaths(ID).kubeconfig, { kubeconfig: stringify(NOWHERE) });
  // Nothing but its key/value mount is asked.
  const vault = { kv } as unknown as VaultClient;
  const addons = addonsSchema.parse({ custom: [{ name: 'web', version: '1.0.0', ...wanted }] });
  const [release] = releasesOf(addons, '1.36.3');
  if (release === undefined) throw new Error('there is no release');
  const deps = {
    vault,
    helm: { program: helm, environment: { PATH: '/usr/bin:/bin' }, chartSource: 'upstream', ...settings },
  };
  return inActivity(() => HelmRun.within(deps, ID, async (run) => basename(await fetchChart(run, release))));
}

it('a chart comes from its repository, a mirror, or the worker’s folder, which goes before', async () => {
  const upstream = { chart: `http://${address}/charts/greeter` };
  expect(await fetched(upstream)).toBe('greeter-1.0.0.tgz');
  const elsewhere = { chart: 'https://charts.example.org/stable/greeter' };
  expect(await fetched(elsewhere, { chartSource: `oci+http://${address}/mirror` })).toBe('greeter-1.0.0.tgz');
  expect(await fetched(elsewhere, { chartFolder: folder })).toBe('greeter');
  expect(await fetched({ chart: 'greeter' }, { chartFolder: folder, chartSource: 'folder' })).toBe('greeter');
}, 60_000);

it('an archive with another digest is refused', async () => {
  const chart = `http://${address}/charts/greeter`;
  expect(await fetched({ chart, sha256: digestOf(archive) })).toBe('greeter-1.0.0.tgz');
  await expect(fetched({ chart, sha256: '0'.repeat(64) })).rejects.toMatchObject({ type: 'Addon.ChartRefused' });
}, 60_000);

it('a chart that is not there is told from a repository that does not answer', async () => {
  const type = 'Addon.ChartUnavailable';
  await expect(fetched({ chart: `http://${address}/charts/other` })).rejects.toMatchObject({
    type,
    nonRetryable: true,
  });
  const wrong = { chart: `http://${address}/charts/greeter`, version: '2.0.0' };
  await expect(fetched(wrong)).rejects.toMatchObject({ type, nonRetryable: true });
  await expect(fetched({ chart: 'greeter' })).rejects.toMatchObject({ type, nonRetryable: true });
  await expect(fetched({ chart: 'http://127.0.0.1:1/greeter' })).rejects.toMatchObject({ type, nonRetryable: false });
}, 60_000);

it('a mirror has charts below their host and path', () => {
  const chart = { name: 'cert-manager', repository: 'oci://quay.io:443/jetstack/charts' };
  expect(sourceOf(chart, 'upstream')).toEqual(['oci://quay.io:443/jetstack/charts/cert-manager']);
  expect(sourceOf(chart, 'oci://mirror.example.org/charts/')).toEqual([
    'oci://mirror.example.org/charts/quay.io_443/jetstack/charts/cert-manager',
  ]);
});
