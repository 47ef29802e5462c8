import { type ClusterSpec, type GenerationCount, GROUP_METADATA } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { listNodes } from '../kubernetes/cluster-api.ts';
import { generationsOf } from './generations.ts';

/** By the name of each machine group, its Ready machines by generation, the newest last. */
export type GenerationsLook = Readonly<Record<string, readonly GenerationCount[]>>;

/** Looks of which generations the Ready machines of these groups are, at the end of an operation. Changes nothing. */
export const lookAtGenerations =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async (input: {
    readonly id: string;
    readonly spec: ClusterSpec;
    /** Names of machine groups. */
    readonly groups: readonly string[];
  }): Promise<GenerationsLook> => {
    const { id, spec, groups } = input;
    const { servers } = ownResources(await clouds.get(spec.cloud), id);
    const [only, ...more] = groups;
    const [found, nodes] = await Promise.all([
      servers.list({ group: more.length === 0 ? only : undefined }),
      listNodes(vault, id),
    ]);
    return Object.fromEntries(
      groups.map((group) => {
        const ofGroup = found.filter(({ metadata }) => metadata[GROUP_METADATA] === group);
        return [group, generationsOf(ofGroup, nodes)];
      }),
    );
  };
