import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { CONTROL_PLANE_GROUP, vaultPaths, type ClusterSpec } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { readJoinTokens } from '../secrets/key-material.ts';
import { controlPlaneTemplate, nodeConfig, nodeTemplate } from './kubeadm-config.ts';
import { controlPlaneFiles, KUBEADM_CONFIG, wrapFiles, type SerialControlPlane } from './machine-files.ts';

/**
 * Longest user-data that Nova takes, in base64 (nova: nova/api/openstack/compute/schemas/servers.py, maxLength of
 * user_data).
 */
const MAX_BASE64 = 65_535;
/** How long a control plane may take from the making of its user-data to its first request to Vault. */
const WRAP_TTL_SECONDS = 30 * 60;

const SCRIPT_PATH = '/usr/local/bin/slipway-bootstrap';
const WRAPPED_FILES = '/run/bootstrap/wrapped-files.json';
const script = readFileSync(new URL('./slipway-bootstrap.py', import.meta.url));

/** What a control plane's user-data is made of. */
export interface ControlPlaneBoot extends SerialControlPlane {
  /** Address of Vault as machines reach it. */
  readonly vaultAddress: string;
  /** How long the machine may take to fetch its files. Default 30 minutes. */
  readonly wrapTtlSeconds?: number;
}

/** What a node group's user-data is made of. */
export interface NodeBoot {
  readonly id: string;
  readonly spec: ClusterSpec;
  /** Name of the node group. */
  readonly group: string;
  /** Address of the API's load balancer on the cluster's network. */
  readonly vip: string;
  /** As `ensureSecrets` returned it. */
  readonly caCertHash: string;
  readonly generation: string;
}

/** User-data that does not fit into what Nova takes, or of a node group that is not in the specification. */
export class UserDataError extends Error {
  override readonly name = 'UserDataError';
}

/**
 * User-data of one control plane, as text; Nova wants it in base64. It holds no secret but a response-wrapping token,
 * which can be used once. Each call makes new certificates and a new token: use it for one machine. Ten or eleven calls
 * to Vault.
 */
export async function controlPlaneUserData(
  vault: VaultClient,
  signal: AbortSignal,
  boot: ControlPlaneBoot,
): Promise<string> {
  const files = await controlPlaneFiles(vault, signal, boot);
  const wrapped = await wrapFiles(vault, signal, boot, files, boot.wrapTtlSeconds ?? WRAP_TTL_SECONDS);
  const ticket = {
    vault: boot.vaultAddress.replace(/\/+$/, ''),
    token: wrapped.token,
    creationPath: wrapped.creationPath,
    ...(vault.namespace === undefined ? {} : { namespace: vault.namespace }),
    ...(vault.caCert === undefined ? {} : { caCert: vault.caCert }),
  };
  return cloudConfig(`control plane ${boot.serial} of ${boot.id}`, {
    path: WRAPPED_FILES,
    content: `${JSON.stringify(ticket)}\n`,
  });
}

/**
 * User-data of all machines of a node group, as text; Nova wants it in base64. Its only secret is the group's join
 * token, which is worth something while the cluster's API holds it. The same for the same input. One call to Vault.
 */
export async function nodeUserData(vault: VaultClient, signal: AbortSignal, boot: NodeBoot): Promise<string> {
  const group = boot.spec.nodeGroups.find(({ name }) => name === boot.group);
  const token = (await readJoinTokens(vault, signal, boot.id, [boot.group]))[boot.group];
  if (group === undefined || token === undefined) {
    throw new UserDataError(`User-data: ${boot.id} has no node group "${boot.group}" (${vaultPaths(boot.id).root})`);
  }
  const { spec, generation, vip, caCertHash } = boot;
  const content = nodeConfig({ spec, group, generation }, { vip, token, caCertHash });
  return cloudConfig(`node group ${boot.group} of ${boot.id}`, { path: KUBEADM_CONFIG, content });
}

/**
 * What the user-data of a machine group is made of, as JSON, without what is one machine's or secret: a part of the
 * group's generation. It holds the bootstrap script as it is written, not packed: packed, and as YAML, it could become
 * another one with another version of Node.js or of a library.
 *
 * @param group name of a node group, or `CONTROL_PLANE_GROUP`
 * @throws UserDataError when there is no such group
 */
export function userDataTemplate(spec: ClusterSpec, group: string): object {
  const plain = { content: script.toString() };
  if (group === CONTROL_PLANE_GROUP)
    return { boot: bootConfig({ path: WRAPPED_FILES, content: '' }, plain), kubeadm: controlPlaneTemplate(spec) };
  const nodeGroup = spec.nodeGroups.find(({ name }) => name === group);
  if (nodeGroup === undefined) throw new UserDataError(`User-data: there is no node group "${group}"`);
  return { boot: bootConfig({ path: KUBEADM_CONFIG, content: '' }, plain), kubeadm: nodeTemplate(spec, nodeGroup) };
}

/** What cloud-init does: write a file and the bootstrap script, and run the script. */
function bootConfig(
  file: { readonly path: string; readonly content: string },
  packed: { readonly encoding?: 'gz+b64'; readonly content: string },
): object {
  return {
    write_files: [
      { path: file.path, owner: 'root:root', permissions: '0600', content: file.content },
      { path: SCRIPT_PATH, owner: 'root:root', permissions: '0755', ...packed },
    ],
    runcmd: [[SCRIPT_PATH]],
  };
}

function cloudConfig(machine: string, file: { path: string; content: string }): string {
  const packed = { encoding: 'gz+b64', content: gzipSync(script, { level: 9 }).toString('base64') } as const;
  const config = bootConfig(file, packed);
  // cloud-init reads YAML 1.1.
  const text = `#cloud-config\n${stringify(config, { version: '1.1', lineWidth: 0 })}`;
  const size = Math.ceil(Buffer.byteLength(text) / 3) * 4;
  if (size > MAX_BASE64) {
    throw new UserDataError(
      `User-data of ${machine} has ${size} characters in base64, Nova takes ${MAX_BASE64}: use fewer or shorter labels and taints.`,
    );
  }
  return text;
}
