import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine, MachineInterface } from '../driver.ts';
import { command } from './commands.ts';
import type { MachineImage } from './machine-image.ts';
import { hostAddress, prefixOf } from './tenant-network.ts';

/** The folders and files of one machine. */
export interface MachineFiles {
  readonly directory: string;
  /** What the machine writes over the image. */
  readonly upper: string;
  readonly work: string;
  /** Where the machine sees image and upper as one. */
  readonly root: string;
  /** overlayfs does not stack on overlayfs, so these are folders of the host. */
  readonly containerd: string;
  readonly etcd: string;
  readonly console: string;
}

/** Where a machine's files are, whether it has some or not. */
export function machineFiles(directory: string): MachineFiles {
  const path = (name: string): string => join(directory, name);
  return {
    directory,
    upper: path('upper'),
    work: path('work'),
    root: path('root'),
    containerd: path('containerd'),
    etcd: path('etcd'),
    console: path('console.log'),
  };
}

/** Makes a machine's files new: an empty disk over the image, with the network configured. */
export async function createMachineFiles(
  files: MachineFiles,
  image: MachineImage,
  machine: Machine,
  port: MachineInterface,
): Promise<void> {
  await rm(files.directory, { recursive: true, force: true });
  for (const folder of [files.upper, files.work, files.root, files.etcd]) await mkdir(folder, { recursive: true });
  await copyContainerd(image.containerd, files.containerd);
  const networkd = join(files.upper, 'etc/systemd/network');
  await mkdir(networkd, { recursive: true });
  await writeFile(join(networkd, '10-host0.network'), networkConfiguration(port));
  const sysctl = join(files.upper, 'etc/sysctl.d');
  await mkdir(sysctl, { recursive: true });
  await writeFile(join(sysctl, '10-floating-ips.conf'), 'net.ipv4.conf.all.route_localnet = 1\n');
  // CoreDNS refuses to start without a name server; on a network that has none, the gateway is the honest "nobody".
  const servers = port.dnsNameservers.length > 0 ? port.dnsNameservers : [port.gateway ?? '169.254.169.254'];
  await writeFile(join(files.upper, 'etc/resolv.conf'), servers.map((server) => `nameserver ${server}\n`).join(''));
  await writeFile(files.console, `Booting ${machine.name} (${machine.id})\n`);
}

/** Removes a machine's files. */
export async function removeMachineFiles(files: MachineFiles): Promise<void> {
  await rm(files.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/**
 * Layers and blobs are never written again, so machines share them as hard links with the image, on the disk and in
 * memory; containerd's databases are copied. On another file system everything is.
 */
async function copyContainerd(from: string, to: string): Promise<void> {
  try {
    await command('cp', '-a', '--link', from, to);
  } catch {
    await rm(to, { recursive: true, force: true });
    await command('cp', '-a', '--reflink=auto', from, to);
    return;
  }
  for (const name of await readdir(to, { recursive: true })) {
    if (!name.endsWith('.db')) continue;
    const path = join(to, name);
    await command('cp', '-a', '--reflink=auto', path, `${path}.own`);
    await rename(`${path}.own`, path);
  }
}

/**
 * The sandbox's floating IPs are loopback addresses (decision 8), but not the machine's own: what a host itself uses,
 * such as 127.0.0.1 and 127.0.0.53, stays the machine's, and the rest is asked for in its network.
 */
const foreignLoopback = ['127.64.0.0/10', '127.128.0.0/9'] as const;

/** A route that is looked at before the one that makes 127.0.0.0/8 local: it stands in the same table. */
const toNetwork = (destination: string): readonly string[] => [
  '[Route]',
  `Destination=${destination}`,
  'Table=local',
  `Gateway=${hostAddress}`,
  'GatewayOnLink=yes',
];

function networkConfiguration(port: MachineInterface): string {
  return [
    '[Match]',
    'Name=host0',
    '[Link]',
    `MACAddress=${port.macAddress}`,
    '[Network]',
    `Address=${port.address}/${prefixOf(port.cidr)}`,
    ...(port.gateway === undefined ? [] : [`Gateway=${port.gateway}`]),
    'LinkLocalAddressing=no',
    'IPv6AcceptRA=no',
    '[Route]',
    'Destination=169.254.0.0/16',
    'Scope=link',
    ...foreignLoopback.flatMap(toNetwork),
    '',
  ].join('\n');
}
