import { createHash } from 'node:crypto';
import type { V1Node } from '@kubernetes/client-node';
import type { Server } from 'openstack-client-ts';
import {
  type ClusterSpec,
  CONTROL_PLANE_GROUP,
  countGenerations,
  GENERATION_METADATA,
  type GenerationCount,
  generationOf,
  NO_GENERATION,
} from '../../model/index.ts';
import { userDataTemplate } from '../bootstrap/index.ts';
import type { ClusterFacts } from '../cloud/pre-flight/pre-flight.ts';
import { isReady } from '../kubernetes/node-state.ts';

/**
 * The generation of the machines that are made of this group now.
 *
 * @param group name of a node group, or `CONTROL_PLANE_GROUP`
 * @throws UserDataError when there is no such group
 */
export function generationOfGroup(
  spec: ClusterSpec,
  group: string,
  { flavorIds, imageIds }: Pick<ClusterFacts, 'flavorIds' | 'imageIds'>,
): string {
  const template =
    group === CONTROL_PLANE_GROUP ? spec.controlPlane : spec.nodeGroups.find(({ name }) => name === group);
  const make = {
    imageId: imageIds[group] ?? '',
    flavorId: flavorIds[group] ?? '',
    kubernetesVersion: spec.kubernetes.version,
    rootVolume: template?.rootVolume,
    sshKey: spec.sshKey,
    userData: userDataTemplate(spec, group),
  };
  return generationOf(make, (text) => createHash('sha256').update(text).digest('hex'));
}

/** The generation that a server says of itself. */
export const generationOfServer = ({ metadata }: Pick<Server, 'metadata'>): string =>
  metadata[GENERATION_METADATA] ?? NO_GENERATION;

/** Counts the servers that are Ready nodes by what they say of themselves. */
export function generationsOf(
  servers: readonly Pick<Server, 'name' | 'metadata' | 'created'>[],
  nodes: readonly V1Node[],
): GenerationCount[] {
  const byName = new Map(nodes.map((node) => [node.metadata?.name ?? '', node]));
  return countGenerations(
    servers.flatMap((server) => {
      const node = byName.get(server.name);
      if (!isReady(node)) return [];
      const kubernetesVersion = (node?.status?.nodeInfo?.kubeletVersion ?? 'unknown').replace(/^v/, '');
      return [{ generation: generationOfServer(server), kubernetesVersion, createdAt: server.created ?? '' }];
    }),
  );
}
