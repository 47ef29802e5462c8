import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ContractArea } from '../kit/case.ts';

const PRESENT = { target: ['PRESENT'] };

/**
 * The client's log-in, and its waits for what Keystone, Glance and Cinder have. How many polls a wait takes is not
 * compared.
 */
export const clientWaits: ContractArea = {
  area: 'client-waits',
  cases: [
    {
      name: 'a client logs in, finds its project, and ends',
      reference: 'https://docs.openstack.org/api-ref/identity/v3/#password-authentication-with-scoped-authorization',
      run: async ({ connect, project, refused }) => {
        const client = connect();
        const token = await client.authenticate();
        assert.equal(token.project?.id, project.id);
        await client.identity.projects.waitFor(project.id, PRESENT);
        // Users are not told which projects there are.
        const nobody = randomUUID().replaceAll('-', '');
        await refused(403, () => client.identity.projects.waitGone(nobody));
        await client.close();
      },
    },
    {
      name: 'the client waits for images',
      reference: 'https://docs.openstack.org/api-ref/image/v2/#show-image',
      run: async ({ user }) => {
        const { images } = user.image;
        const { id } = await images.create({ name: 'i', disk_format: 'raw', container_format: 'bare' });
        await images.waitFor(id, { target: ['queued'] });
        await images.delete(id);
        await images.waitGone(id);
      },
    },
    {
      name: 'the client waits for volumes, snapshots and volume types',
      reference: 'https://docs.openstack.org/api-ref/block-storage/v3/#show-a-volume-s-details',
      run: async ({ user, quietly, refused, cleanUp }) => {
        const { volumes, snapshots, types } = user.blockStorage;
        const available = { target: ['available'], failure: ['error'] };
        const volume = await volumes.create({ name: 'v', size: 1 });
        cleanUp(() => volumes.delete(volume.id));
        await quietly(() => volumes.waitFor(volume.id, available));
        const snapshot = await snapshots.create({ name: 's', volume_id: volume.id });
        await quietly(() => snapshots.waitFor(snapshot.id, available));
        await snapshots.delete(snapshot.id);
        await quietly(() => snapshots.waitGone(snapshot.id, { states: [] }));
        await refused(404, () => snapshots.get(snapshot.id));
        const type = (await types.list()).find(({ name }) => name === 'ssd');
        assert.ok(type);
        await types.waitFor(type.id, PRESENT);
        await types.waitGone(randomUUID());
      },
    },
  ],
};
