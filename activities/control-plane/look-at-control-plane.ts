import { cancellationSignal } from '@temporalio/activity';
import type { Port } from 'openstack-client-ts';
import { type ClusterSpec, CONTROL_PLANE_GROUP, controlPlaneSerial, vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { listNodes } from '../kubernetes/cluster-api.ts';
import { isReady } from '../kubernetes/node-state.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';

/** A machine of the control plane, as a replacement looks at it. */
export interface ControlPlaneMachineLook {
  readonly name: string;
  /** Of its own port. */
  readonly address: string;
  /** Whether its node is Ready, and the API's load balancer sends requests to it. */
  readonly ready: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** What a replacement has to know of the control plane before each move. */
export interface ControlPlaneLook {
  readonly machines: readonly ControlPlaneMachineLook[];
  /**
   * Higher than that of any machine that there ever was: a name is never used again, so a new machine never meets its
   * predecessor in etcd.
   */
  readonly nextSerial: number;
}

/**
 * Looks at the machines of the control plane and their nodes. Changes nothing. The highest serial that
 * there ever was is known by what Vault keeps for it.
 */
export const lookAtControlPlane =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec }: { readonly id: string; readonly spec: ClusterSpec }): Promise<ControlPlaneLook> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const [servers, ports, members, nodes, kept] = await Promise.all([
      own.servers.list({ group: CONTROL_PLANE_GROUP }),
      own.ports.list(),
      own.apiMembers.names(),
      listNodes(vault, id),
      vault.kv.list(vaultPaths(id).controlPlanes, cancellationSignal()),
    ]);
    const byName = new Map(nodes.map((node) => [node.metadata?.name ?? '', node]));
    const serials = [...servers.map(({ name }) => controlPlaneSerial(id, name)), ...kept.map(Number)];
    return {
      machines: servers.map(({ id: server, name, created }) => ({
        name,
        address: addressOfServer(ports, server),
        ready: isReady(byName.get(name)) && members.has(name),
        createdAt: created ?? '',
      })),
      nextSerial: Math.max(-1, ...serials.filter((serial) => Number.isInteger(serial))) + 1,
    };
  };

const addressOfServer = (ports: readonly Port[], server: string): string =>
  ports.find(({ device_id: device }) => device === server)?.fixed_ips[0]?.ip_address ?? '';
