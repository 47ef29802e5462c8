import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { COMPUTE_REFERENCE } from './compute-setup.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE3d+Pr+E//0bcXnTkYc3ZWYBEGg0Y/NE5IdBH/teNZ8 a@b';

/** Flavors, key pairs, zones, limits and quotas. */
export const computeCatalogue: ContractArea = {
  area: 'compute-catalogue',
  cases: [
    {
      name: 'flavors are listed, with what a microversion knows of them',
      reference: `${COMPUTE_REFERENCE}#list-flavors`,
      run: async ({ user, seeds, send }) => {
        for (const microversion of ['2.1', '2.55', '2.61', '2.75']) {
          await user.compute.flavors.get(seeds.flavor, { microversion });
          await send({
            service: 'compute',
            method: 'GET',
            path: '/flavors?minRam=16000',
            headers: { 'openstack-api-version': `compute ${microversion}` },
          });
        }
        await user.compute.flavors.list().all();
        await user.compute.service.request('GET', `/flavors/${seeds.flavor}/os-extra_specs`);
      },
    },
    {
      name: 'flavors are found by size, in pages and in order',
      reference: `${COMPUTE_REFERENCE}#list-flavors-with-details`,
      run: async ({ user, note }) => {
        const names = async (filters: object) => {
          const found = await user.compute.flavors.list(filters).all();
          note(
            JSON.stringify(filters),
            found.map(({ name }) => name),
          );
        };
        await names({});
        await names({ minRam: 4096 });
        await names({ minDisk: 100 });
        await names({ limit: 3 });
        await names({ marker: '3' });
        await names({ sort_key: 'memory_mb', sort_dir: 'desc' });
        await names({ sort_key: 'name', sort_dir: 'asc' });
        await names({ is_public: false });
      },
    },
    {
      name: 'a flavor that is not there, and queries that cannot be, are refused',
      reference: `${COMPUTE_REFERENCE}#show-flavor-details`,
      run: async ({ user, refused, send, note }) => {
        await refused(404, () => user.compute.flavors.get('no-such'));
        const headers = { 'openstack-api-version': 'compute 2.79' };
        for (const query of ['marker=no-such', 'limit=x', 'minRam=x', 'minDisk=x', 'sort_key=x', 'sort_dir=x', 'a=b']) {
          note('query', query);
          await send({ service: 'compute', method: 'GET', path: `/flavors?${query}`, headers });
        }
      },
    },
    {
      name: 'users make no flavors',
      reference: `${COMPUTE_REFERENCE}#create-flavor`,
      run: async ({ user, seeds, refused }) => {
        const flavor = { name: 'own', vcpus: 1, ram: 64, disk: 1 };
        await refused(403, () => user.compute.service.request('POST', '/flavors', { json: { flavor } }));
        await refused(403, () => user.compute.service.request('DELETE', `/flavors/${seeds.flavor}`));
        const extra_specs = { a: 'b' };
        const at = `/flavors/${seeds.flavor}/os-extra_specs`;
        await refused(403, () => user.compute.service.request('POST', at, { json: { extra_specs } }));
      },
    },
    {
      name: 'a key pair is imported once, shown, listed and deleted',
      reference: `${COMPUTE_REFERENCE}#keypairs-keypairs`,
      run: async ({ user, refused, quietly, note }) => {
        const { keyPairs } = user.compute;
        await keyPairs.create({ name: 'my key', public_key: KEY });
        const shown = await quietly(() => keyPairs.get('my key'));
        // Its `id` is a number that counts all key pairs of the cloud.
        note('shown', { ...shown, id: typeof shown['id'] });
        await refused(409, () => keyPairs.create({ name: 'my key', public_key: KEY }));
        await keyPairs.list().all();
        await keyPairs.delete('my key');
        await refused(404, () => keyPairs.get('my key'));
        await refused(404, () => user.compute.service.request('DELETE', '/os-keypairs/my%20key'));
      },
    },
    {
      name: 'a key pair without a key is made by Nova, until 2.91',
      reference: `${COMPUTE_REFERENCE}#import-or-create-keypair`,
      run: async ({ user, refused, quietly }) => {
        const made = await quietly(() => user.compute.keyPairs.create({ name: 'fresh' }));
        assert.match(made.private_key ?? '', /PRIVATE KEY/);
        await refused(400, () => user.compute.keyPairs.create({ name: 'newer' }, { microversion: '2.92' }));
      },
    },
    {
      name: 'key pairs that cannot be are refused',
      reference: 'nova:nova/api/openstack/compute/schemas/keypairs.py',
      run: async ({ send, note }) => {
        const wrong: readonly [microversion: string, keypair: unknown][] = [
          ['2.79', {}],
          ['2.79', { name: '', public_key: KEY }],
          ['2.79', { name: 'a/b', public_key: KEY }],
          ['2.79', { name: 'a.b', public_key: KEY }],
          ['2.79', { name: 'x'.repeat(256), public_key: KEY }],
          ['2.79', { name: 'k', public_key: 'no key' }],
          ['2.79', { name: 'k', public_key: 7 }],
          ['2.79', { name: 'k', public_key: KEY, type: 'pgp' }],
          ['2.79', { name: 'k', public_key: KEY, colour: 'blue' }],
          ['2.1', { name: 'k', public_key: KEY, type: 'ssh' }],
        ];
        for (const [microversion, keypair] of wrong) {
          note(microversion, keypair);
          const headers = { 'openstack-api-version': `compute ${microversion}` };
          const request = { service: 'compute', method: 'POST', path: '/os-keypairs', headers };
          const reply = await send({ ...request, body: { keypair } });
          assert.equal(reply.status, 400, reply.text);
        }
      },
    },
    {
      name: 'availability zones are told to users without their hosts',
      reference: `${COMPUTE_REFERENCE}#get-availability-zone-information`,
      run: async ({ user, refused }) => {
        const zones = await user.compute.availabilityZones();
        assert.deepEqual(
          zones.map(({ zoneName }) => zoneName),
          ['nova'],
        );
        await refused(403, () => user.compute.service.request('GET', '/os-availability-zone/detail'));
      },
    },
    {
      name: 'limits and quotas of an empty project are the defaults',
      reference: `${COMPUTE_REFERENCE}#limits-limits`,
      run: async ({ user, project }) => {
        await user.compute.limits();
        for (const microversion of ['2.1', '2.36', '2.57']) await user.compute.limits({ microversion });
        await user.compute.quotas(project.id);
        for (const microversion of ['2.1', '2.36', '2.57']) {
          await user.compute.service.request('GET', `/os-quota-sets/${project.id}`, { microversion });
          await user.compute.service.request('GET', `/os-quota-sets/${project.id}/defaults`, { microversion });
          await user.compute.service.request('GET', `/os-quota-sets/${project.id}/detail`, { microversion });
        }
      },
    },
    {
      name: 'users see and change no quotas but their own',
      reference: `${COMPUTE_REFERENCE}#quota-sets-os-quota-sets`,
      run: async ({ user, project, refused }) => {
        const other = '0123456789abcdef0123456789abcdef';
        await refused(403, () => user.compute.quotas(other));
        const json = { quota_set: { cores: 100 } };
        await refused(403, () => user.compute.service.request('PUT', `/os-quota-sets/${project.id}`, { json }));
        await refused(403, () => user.compute.service.request('DELETE', `/os-quota-sets/${project.id}`));
        await refused(403, () => user.compute.service.request('GET', `/limits?tenant_id=${other}`));
      },
    },
    {
      name: 'microversions out of range, and what is none, are refused',
      reference: 'https://docs.openstack.org/nova/latest/contributor/microversions.html',
      run: async ({ send, note }) => {
        const asked = ['compute 2.9999', 'compute 1.0', 'compute 2.x', 'compute x', 'volume 3.59', 'compute latest'];
        for (const version of asked) {
          note('version', version);
          const headers = { 'openstack-api-version': version };
          await send({ service: 'compute', method: 'GET', path: '/os-keypairs', headers });
        }
        const headers = { 'x-openstack-nova-api-version': '2.9' };
        await send({ service: 'compute', method: 'GET', path: '/os-keypairs', headers });
        await send({ service: 'compute', method: 'GET', path: '/' });
        await send({ service: 'compute', method: 'GET', path: '' });
      },
    },
    {
      name: 'another project’s server is not found, and its tags are refused by policy',
      reference: `${COMPUTE_REFERENCE}#show-server-details`,
      run: async ({ user, admin, seeds, quietly, cleanUp, refused, until }) => {
        const spec = { name: 'theirs', imageRef: seeds.image, flavorRef: seeds.flavor, networks: 'none' } as const;
        const { id } = await quietly(() => admin.compute.servers.create(spec));
        cleanUp(() => admin.compute.servers.delete(id));
        await until(
          () => admin.compute.servers.get(id),
          ({ status }) => status === 'ACTIVE',
        );
        await refused(404, () => user.compute.servers.get(id));
        await refused(404, () => user.compute.servers.update(id, { name: 'mine' }));
        await refused(404, () => user.compute.servers.stop(id));
        await refused(404, () => user.compute.servers.reboot(id, 'HARD'));
        await refused(403, () => user.compute.servers.tags(id));
        await refused(403, () => user.compute.servers.setTags(id, ['mine']));
        await refused(404, () => user.compute.servers.metadata(id));
        await refused(404, () => user.compute.servers.consoleLog(id));
        await refused(404, () => user.compute.servers.volumeAttachments(id).all());
        assert.deepEqual(await user.compute.servers.listBrief().all(), []);
      },
    },
  ],
};
