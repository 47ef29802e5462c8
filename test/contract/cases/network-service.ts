import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { networkCase, networkReference, neutron } from './network-setup.ts';

export const networkService: ContractArea = {
  area: 'network-service',
  cases: [
    networkCase('what a version has is told with a token', networkReference('api-versions'), async (context) => {
      const { send } = context;
      await send({ service: 'network', method: 'GET', path: '', token: false });
      await send({ service: 'network', method: 'GET', path: '/', token: false });
      await send({ service: 'network', method: 'GET', path: '' });
      await send({ service: 'network', method: 'GET', path: '/' });
    }),
    networkCase('extensions are told', networkReference('extensions'), async (context) => {
      const all = await context.user.network.extensions().all();
      assert.ok(all.some(({ alias }) => alias === 'router'));
      await neutron(context, 200, 'GET', '/extensions/security-group');
      await neutron(context, 404, 'GET', '/extensions/moon');
    }),
    networkCase(
      'there are no availability zones without agents',
      networkReference('availability-zones'),
      async (context) => {
        await neutron(context, 200, 'GET', '/availability_zones');
      },
    ),
    networkCase('no agents report', networkReference('agents'), async (context) => {
      await neutron(context, 200, 'GET', '/agents');
    }),
  ],
};
