import { randomInt } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { childEnvironment } from './config.ts';
import { startProcess, type BackgroundProcess } from './process.ts';
import type { ProcessGuard } from './process-guard.ts';
import { nodeArguments } from './repository.ts';

/**
 * What turns servers into machines: Kubernetes simulated in one process, or real containers booted by systemd-nspawn
 * (root, Linux).
 */
export type MachineKind = 'simulated' | 'nspawn';

/**
 * What the cloud is: an emulator of OpenStack in one process, or the real services (Linux; they are installed by the
 * first start).
 */
export type CloudKind = 'emulator' | 'openstack';

export interface SandboxCloudOptions {
  readonly directory: string;
  readonly kind: CloudKind;
  /** Of Keystone; 0: any free one. */
  readonly port: number;
  /** Of the emulator: `instant`, `typical`, or a JSON file with latencies. */
  readonly latency: string;
  /** Keep the emulator's resources when it stops; the real services always do. */
  readonly persistent: boolean;
  /** Range of its floating IPs: loopback addresses, which no other sandbox on this machine may have. */
  readonly externalCidr: string;
  /** Told what is done until the cloud answers. */
  readonly onProgress?: (detail: string) => void;
  readonly guard?: ProcessGuard;
}

/** Where the floating IPs of `slipway up` are. */
export const DEFAULT_EXTERNAL_CIDR = '127.64.0.0/16';

/**
 * A range of 4,094 loopback addresses that other sandboxes on this machine hardly have: one of 992, outside the
 * default.
 */
export function randomExternalCidr(): string {
  return `127.${randomInt(65, 127)}.${16 * randomInt(16)}.0/20`;
}

/** The sandbox's OpenStack. */
export interface SandboxCloud {
  readonly process: BackgroundProcess;
  readonly url: string;
  readonly cloudsFile: string;
}

const announcementSchema = z.looseObject({ url: z.url(), cloudsFile: z.string() });
const SANDBOX = 'sandbox/src/main.ts';
const START_DEADLINE = 60_000;

/** The first start of the real services installs them. */
const INSTALL_DEADLINE = 30 * 60_000;

/** Starts the cloud and waits until it answers; a real one has booted a server by then. */
export async function startSandboxCloud(options: SandboxCloudOptions, signal: AbortSignal): Promise<SandboxCloud> {
  const { directory, kind, guard, onProgress } = options;
  const data = join(directory, kind === 'emulator' ? 'cloud' : 'openstack');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const process = await startProcess(
    {
      title: kind === 'emulator' ? 'the sandbox cloud' : 'OpenStack',
      command: globalThis.process.execPath,
      args: nodeArguments(
        SANDBOX,
        ...(kind === 'emulator' ? emulatorArguments(options, data) : openStackArguments(options)),
        ...['--data', data, '--external-cidr', options.externalCidr],
      ),
      env: childEnvironment(),
      logFile: join(directory, 'logs', 'cloud.log'),
      ready: 'line',
      deadline: kind === 'emulator' ? START_DEADLINE : INSTALL_DEADLINE,
      ...(kind === 'openstack' && { grace: 60_000 }),
      ...(guard && { guard }),
      ...(onProgress && { onProgress }),
    },
    signal,
  );
  return { process, ...announcementSchema.parse(process.announcement) };
}

function emulatorArguments({ port, latency, persistent }: SandboxCloudOptions, data: string): string[] {
  const state = persistent ? ['--state', join(data, 'state.json')] : [];
  return ['cloud', '--listen', `127.0.0.1:${port}`, '--latency', latency, ...state];
}

function openStackArguments({ port }: SandboxCloudOptions): string[] {
  return ['openstack', ...(port === 0 ? [] : ['--keystone-port', String(port)])];
}

export interface SandboxMachinesOptions {
  readonly directory: string;
  readonly kind: MachineKind;
  readonly latency: string;
  readonly cloudsFile: string;
  /** For real machines: what they boot from (machine-image.ts). */
  readonly imageDirectory?: string;
  /** Port of this host's loopback on which Vault listens, for machines that have a network of their own. */
  readonly vaultPort: number;
  readonly guard?: ProcessGuard;
}

/** Starts the machine side of the sandbox: it knows the cloud by its OpenStack API only. */
export async function startSandboxMachines(
  options: SandboxMachinesOptions,
  signal: AbortSignal,
): Promise<BackgroundProcess> {
  const { directory, imageDirectory } = options;
  const real =
    imageDirectory === undefined
      ? []
      : [
          ...['--data-dir', join(directory, 'machines'), '--image-dir', imageDirectory],
          ...['--host-forward', `${MACHINE_VAULT_PORT}=127.0.0.1:${options.vaultPort}`],
        ];
  return await startProcess(
    {
      title: 'the machines of the sandbox',
      command: process.execPath,
      args: nodeArguments(
        SANDBOX,
        ...['machines', '--clouds-file', options.cloudsFile, '--os-cloud', 'sandbox-admin'],
        ...['--driver', options.kind, '--latency', options.latency],
        ...real,
      ),
      env: childEnvironment(),
      logFile: join(directory, 'logs', 'machines.log'),
      ready: 'line',
      deadline: START_DEADLINE,
      grace: real.length > 0 ? 60_000 : 10_000,
      ...(options.guard === undefined ? {} : { guard: options.guard }),
    },
    signal,
  );
}

/**
 * Where real machines find what the host forwards to them (the machine driver's own link-local address), and Vault's
 * port there.
 */
const MACHINE_HOST_ADDRESS = '169.254.169.253';
const MACHINE_VAULT_PORT = 8200;

const cloudsSchema = z.looseObject({ clouds: z.looseObject({ sandbox: z.record(z.string(), z.unknown()) }) });

/**
 * The cloud `sandbox` as Slipway keeps clouds in Vault: the entry of clouds.yaml, and where its machines reach Vault.
 */
export async function sandboxCloudEntry(
  cloudsFile: string,
  kind: MachineKind,
  vaultAddress: string,
): Promise<Record<string, unknown>> {
  const { clouds } = cloudsSchema.parse(parse(await readFile(cloudsFile, 'utf8')));
  const vaultAddressForMachines =
    kind === 'nspawn' ? `http://${MACHINE_HOST_ADDRESS}:${MACHINE_VAULT_PORT}` : vaultAddress;
  return { cloud: clouds.sandbox, settings: { vaultAddressForMachines } };
}
