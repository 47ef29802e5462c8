import type { ContractArea } from '../kit/case.ts';
import { COMPUTE_REFERENCE, removeServersLater, smallServer } from './compute-setup.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE3d+Pr+E//0bcXnTkYc3ZWYBEGg0Y/NE5IdBH/teNZ8 a@b';
const PRESENT = { target: ['PRESENT'] };

/** The client's waits for what Nova has. How many polls a wait takes is not compared. */
export const computeClient: ContractArea = {
  area: 'compute-client',
  cases: [
    {
      name: 'the client waits for servers to come and to go',
      reference: `${COMPUTE_REFERENCE}#show-server-details`,
      run: async (context) => {
        const { user, quietly, refused } = context;
        const { servers } = user.compute;
        removeServersLater(context);
        const { id } = await servers.create(smallServer(context));
        await quietly(() => servers.waitFor(id, { target: ['ACTIVE'], failure: ['ERROR'] }));
        await servers.delete(id);
        await quietly(() => servers.waitGone(id, { states: [] }));
        await refused(404, () => servers.get(id));
      },
    },
    {
      name: 'the client waits for server groups, key pairs and flavors',
      reference: COMPUTE_REFERENCE,
      run: async ({ user, seeds, quietly }) => {
        const { serverGroups, keyPairs, flavors } = user.compute;
        const { id } = await serverGroups.create({ name: 'g', policy: 'affinity' });
        await serverGroups.waitFor(id, PRESENT);
        await serverGroups.delete(id);
        await serverGroups.waitGone(id);
        await keyPairs.create({ name: 'key', public_key: KEY });
        await quietly(() => keyPairs.waitFor('key', PRESENT));
        await keyPairs.delete('key');
        await keyPairs.waitGone('key');
        await flavors.waitFor(seeds.flavor, PRESENT);
        await flavors.waitGone('no-such');
      },
    },
  ],
};
