import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';

const REFERENCE = 'https://docs.openstack.org/api-ref/network/v2/#networks';

export const networkBasics: ContractArea = {
  area: 'network-basics',
  cases: [
    {
      name: 'a network is created with defaults',
      reference: REFERENCE,
      run: async ({ user, quietly }) => {
        const made = await user.network.networks.create({ name: 'net' });
        assert.equal(made.status, 'ACTIVE');
        await user.network.networks.get(made.id);
        await user.network.networks.delete(made.id);
        await quietly(() => Promise.resolve());
      },
    },
    {
      name: 'deleting a network twice is not found',
      reference: REFERENCE,
      run: async ({ user, refused, send }) => {
        const made = await user.network.networks.create({ name: 'net' });
        await user.network.networks.delete(made.id);
        await refused(404, () => user.network.networks.get(made.id));
        await send({ service: 'network', method: 'POST', path: '/networks', body: '{' });
      },
    },
  ],
};
