import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SlipwayClient } from '../../client/index.ts';
import { commandOutput } from '../../local/command-output.ts';
import { childEnvironment } from '../../local/config.ts';
import { nodeArguments } from '../../local/repository.ts';
import type { LocalStack } from '../../local/stack.ts';
import { stackEnvironment } from '../../local/state.ts';
import { addedSince, CloudInventory } from '../support/cloud-inventory.ts';
import { hostInventory } from './host-inventory.ts';
import { type LifeFigures, lifeChapter } from './life-chapter.ts';
import { steadyAddons } from './steady-deployment.ts';
import { openstackLists } from './openstack-cli.ts';

/** A cluster of real machines that is created, used and deleted. */
export interface ClusterCase {
  readonly name: string;
  readonly controlPlanes: number;
  readonly workers: number;
  /** What changes while it lives: its workers, or its control plane too. Nothing when absent. */
  readonly life?: 'workers' | 'all';
}

/** What a case showed. */
export interface CaseResult extends ClusterCase {
  readonly readySeconds: number;
  readonly deleteSeconds: number;
  readonly lived?: LifeFigures;
  readonly left: number;
}

export interface CaseTools {
  readonly stack: LocalStack;
  /** The stack's folder, below which the machines are. */
  readonly directory: string;
  readonly kubectl: string;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

/** An image that is on every machine; it answers HTTP on port 8080. */
const IMAGE = 'slipway.local/echo:1';
const COMMAND_TIMEOUT = 180_000;

/** Runs a case. Throws, with what was expected, at the first thing that is not so. */
export async function runClusterCase(one: ClusterCase, tools: CaseTools): Promise<CaseResult> {
  const { stack, directory, signal, tell } = tools;
  const { cloudsFile } = stack.endpoints;
  await using cloud = await CloudInventory.connect(cloudsFile, signal);
  const before = await cloud.list(signal);
  const listedBefore = new Set(await openstackLists(cloudsFile));
  const hostBefore = await hostInventory(directory, signal);
  await using client = await SlipwayClient.connect(stackEnvironment(stack.endpoints));

  tell(`${one.name}: creating ${one.controlPlanes} + ${one.workers}…`);
  const requested = Date.now();
  const creation = await client.clusters.create({
    name: one.name,
    cloud: 'sandbox',
    controlPlane: { count: one.controlPlanes },
    nodeGroups: [{ name: 'workers', count: one.workers }],
    ...(one.life === undefined ? {} : { addons: steadyAddons(IMAGE) }),
  });
  const { id } = await creation.result({ signal });
  const readySeconds = seconds(requested);
  tell(`${one.name}: Ready after ${readySeconds} s`);

  const kubectl = await kubectlOf(one, tools);
  await nodesAreReady(one, id, kubectl);
  await podRuns(kubectl);
  await secretIsEncrypted(kubectl, directory);
  tell(`${one.name}: nodes Ready, a pod Running, a Secret encrypted in etcd`);
  const chapter = { name: one.name, client, image: IMAGE, signal, tell };
  const lived = one.life === undefined ? undefined : await lifeChapter(chapter, one.life === 'all');

  const asked = Date.now();
  const deletion = await client.clusters.delete(one.name, { signal });
  const deleted = await deletion.result({ signal });
  const deleteSeconds = seconds(asked);
  tell(`${one.name}: deleted after ${deleteSeconds} s`);
  const left = {
    sweep: deleted.left.map(({ type, name }) => `${type} ${name}`),
    cloud: addedSince(before, await cloud.list(signal)).map(({ type, id, name }) => `${type} ${id} ${name}`),
    commandLine: (await openstackLists(cloudsFile)).filter((line) => !listedBefore.has(line)),
    host: await machinesGone(directory, hostBefore, signal),
  };
  const found = Object.entries(left).flatMap(([where, texts]) => texts.map((text) => `${where}: ${text}`));
  for (const text of found) tell(`${one.name}: left, says the ${text}`);
  return {
    ...{ ...one, readySeconds, deleteSeconds, left: found.length },
    ...(lived === undefined ? {} : { lived }),
  };
}

type Kubectl = (...args: readonly string[]) => Promise<string>;

/** kubectl with the kubeconfig that `slipway kubeconfig` prints. */
async function kubectlOf({ name }: ClusterCase, { stack, directory, kubectl, signal }: CaseTools): Promise<Kubectl> {
  const file = join(directory, `kubeconfig-${name}`);
  const options = { timeout: COMMAND_TIMEOUT, signal };
  const slipway = nodeArguments('cli/main.ts', 'kubeconfig', name, '--output', file);
  const env = childEnvironment(stackEnvironment(stack.endpoints));
  await commandOutput(process.execPath, slipway, { ...options, env });
  return async (...args) => {
    const { stdout } = await commandOutput(kubectl, args, { ...options, env: childEnvironment({ KUBECONFIG: file }) });
    return stdout;
  };
}

const nodesSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({ providerID: z.string() }),
      status: z.looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })) }),
    }),
  ),
});

async function nodesAreReady({ controlPlanes, workers }: ClusterCase, id: string, kubectl: Kubectl): Promise<void> {
  const { items } = nodesSchema.parse(JSON.parse(await kubectl('get', 'nodes', '--output', 'json')));
  const ready = items.filter(({ status }) =>
    status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  expect(ready.length === controlPlanes + workers, `${controlPlanes + workers} Ready nodes, not ${ready.length}`);
  const inGroup = (group: string) =>
    items.filter(({ metadata }) => metadata.labels['slipway.dev/node-group'] === group).length;
  expect(
    inGroup('control-plane') === controlPlanes && inGroup('workers') === workers,
    'the label of its group on every node',
  );
  expect(
    items.every(({ metadata }) => metadata.name.startsWith(`${id}-`)),
    'nodes named like their servers',
  );
  expect(
    items.every(({ spec }) => spec.providerID.startsWith('openstack:///')),
    'a provider id on every node',
  );
}

async function podRuns(kubectl: Kubectl): Promise<void> {
  await kubectl('run', 'echo', `--image=${IMAGE}`, '--image-pull-policy=Never');
  await kubectl('wait', '--for=condition=Ready', 'pod/echo', '--timeout=150s');
  const phase = await kubectl('get', 'pod', 'echo', '--output', 'jsonpath={.status.phase}');
  expect(phase === 'Running', `a pod that is Running, not ${phase}`);
}

/** Looks into etcd's own files, on the control planes' disks, after the API server has written the Secret. */
async function secretIsEncrypted(kubectl: Kubectl, directory: string): Promise<void> {
  const value = randomBytes(24).toString('hex');
  await kubectl('create', 'secret', 'generic', 'probe', `--from-literal=key=${value}`);
  const read = await kubectl('get', 'secret', 'probe', '--output', 'jsonpath={.data.key}');
  expect(Buffer.from(read, 'base64').toString() === value, 'the Secret as it was written');
  const stored = await etcdFiles(join(directory, 'machines', 'machines'));
  expect(stored.length > 0, 'files of etcd on the disk of a control plane');
  const holds = (text: string) => stored.some((bytes) => bytes.includes(text));
  expect(holds('/registry/secrets/default/probe'), 'the Secret in the files of etcd');
  expect(holds('k8s:enc:'), 'encrypted values in the files of etcd');
  expect(!holds(value) && !holds(Buffer.from(value).toString('base64')), 'no plain Secret in the files of etcd');
}

async function etcdFiles(machines: string): Promise<Buffer[]> {
  const files: Buffer[] = [];
  for (const machine of await readdir(machines)) {
    const entries = await readdir(join(machines, machine, 'etcd'), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries.filter((one) => one.isFile()))
      files.push(await readFile(join(entry.parentPath, entry.name)));
  }
  return files;
}

/** Machines stop some seconds after their servers are gone. Returns what is left of them after a minute. */
async function machinesGone(directory: string, before: readonly string[], signal: AbortSignal): Promise<string[]> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const left = (await hostInventory(directory, signal)).filter((text) => !before.includes(text));
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(500, undefined, { signal });
  }
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`expected ${what}`);
}

const seconds = (since: number): number => Math.round((Date.now() - since) / 100) / 10;
