import type { V1Node } from '@kubernetes/client-node';
import type { Server } from 'openstack-client-ts';
import type { SetMachine } from '../../model/index.ts';
import type { Own } from '../cloud/ownership.ts';
import { isReady } from '../kubernetes/node-state.ts';
import { generationOfServer } from './generations.ts';

/** A machine of a cluster: its server, and the name that its node has, too. */
export interface Machine {
  readonly id: string;
  readonly name: string;
}

/** The servers of a group with what their nodes say, for those who choose among them. */
export function groupMachines(servers: readonly Own<Server>[], nodes: readonly V1Node[]): (Machine & SetMachine)[] {
  const ready = new Set(nodes.filter(isReady).map(({ metadata }) => metadata?.name ?? ''));
  return servers.map((server) => ({
    id: server.id,
    name: server.name,
    generation: generationOfServer(server),
    ready: ready.has(server.name),
    createdAt: server.created ?? '',
  }));
}

/** A machine gives up joining twenty minutes after its boot. */
const JOINS_WITHIN_MS = 25 * 60_000;

/** Whether a machine may still become a node. */
export const isYoung = ({ created, status }: Pick<Server, 'created' | 'status'>): boolean =>
  status !== 'ERROR' && Date.now() - Date.parse(created ?? '') < JOINS_WITHIN_MS;
