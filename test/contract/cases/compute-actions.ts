import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { COMPUTE_REFERENCE, settled, startedServer } from './compute-setup.ts';

const ACTIONS = `${COMPUTE_REFERENCE}#servers-run-an-action-servers-action`;

/** What is done to a server that is there. */
export const computeActions: ContractArea = {
  area: 'compute-actions',
  cases: [
    {
      name: 'a server stops, starts and reboots, and refuses what its state does not allow',
      reference: ACTIONS,
      run: async (context) => {
        const { user, refused } = context;
        const { servers } = user.compute;
        const { id } = await startedServer(context);
        await refused(409, () => servers.start(id));
        await servers.stop(id);
        await settled(context, id, 'SHUTOFF');
        await servers.get(id);
        await servers.waitStopped(id);
        await refused(409, () => servers.stop(id));
        await refused(409, () => servers.reboot(id, 'SOFT'));
        await servers.start(id);
        await settled(context, id);
        await servers.waitActive(id);
        await servers.reboot(id, 'SOFT');
        await settled(context, id);
        await servers.reboot(id, 'HARD');
        await settled(context, id);
        await servers.get(id);
      },
    },
    {
      name: 'actions that are none, and bodies that are wrong, are refused',
      reference: ACTIONS,
      run: async (context) => {
        const { send, note } = context;
        const { id } = await startedServer(context);
        const wrong: readonly [body: unknown, status: number][] = [
          [{ dance: null }, 400],
          [{}, 400],
          [{ 'os-start': null, 'os-stop': null }, 400],
          ['{', 400],
          [{ reboot: {} }, 400],
          [{ reboot: { type: 'WARM' } }, 400],
          [{ reboot: null }, 400],
          [{ 'os-getConsoleOutput': { length: 'long' } }, 400],
          [{ 'os-getConsoleOutput': { lines: 1 } }, 400],
          [{ addSecurityGroup: {} }, 400],
          [{ 'os-resetState': { state: 'error' } }, 403],
          [{ lock: { reason: 7 } }, 400],
        ];
        for (const [body, status] of wrong) {
          note('body', body);
          const reply = await send({
            service: 'compute',
            method: 'POST',
            path: `/servers/${id}/action`,
            body,
            headers: { 'openstack-api-version': 'compute 2.79' },
          });
          assert.equal(reply.status, status, reply.text);
        }
      },
    },
    {
      name: 'an action on a server that is not there is not found',
      reference: ACTIONS,
      run: async ({ user, refused }) => {
        const nobody = '11111111-2222-3333-4444-555555555555';
        await refused(404, () => user.compute.servers.start(nobody));
        await refused(404, () => user.compute.servers.reboot(nobody, 'HARD'));
        await refused(404, () => user.compute.servers.consoleLog(nobody));
        await refused(404, () => user.compute.servers.consoleLog('none'));
      },
    },
    {
      name: 'a console has a log',
      reference: `${COMPUTE_REFERENCE}#show-console-output-os-getconsoleoutput-action`,
      run: async (context) => {
        const { user, quietly } = context;
        const { id } = await startedServer(context);
        const text = await quietly(() => user.compute.servers.consoleLog(id, { lines: 10 }));
        assert.equal(typeof text, 'string');
      },
    },
    {
      name: 'a locked server refuses its users what changes it only when an administrator locked it',
      reference: `${COMPUTE_REFERENCE}#lock-server-lock-action`,
      run: async (context) => {
        const { user, admin, refused, quietly } = context;
        const { id } = await startedServer(context);
        await user.compute.servers.action(id, { lock: { locked_reason: 'mine' } });
        const server = await user.compute.servers.get(id);
        assert.equal(server['locked'], true);
        await refused(409, () => user.compute.servers.stop(id));
        await refused(409, () => user.compute.servers.delete(id));
        await user.compute.servers.action(id, { unlock: null });
        await quietly(() => admin.compute.servers.action(id, { lock: null }));
        await user.compute.servers.get(id);
        await refused(403, () => user.compute.servers.action(id, { unlock: null }));
        await quietly(() => admin.compute.servers.action(id, { unlock: null }));
      },
    },
    {
      name: 'metadata is read, added to, replaced and taken away',
      reference: `${COMPUTE_REFERENCE}#server-metadata-servers-metadata`,
      run: async (context) => {
        const { user, refused } = context;
        const { servers, service } = user.compute;
        const { id } = await startedServer(context, { metadata: { a: '1' } });
        await servers.metadata(id);
        await servers.updateMetadata(id, { b: '2' });
        await servers.updateMetadata(id, {});
        const at = `/servers/${id}/metadata`;
        await service.request('GET', `${at}/b`);
        await service.request('PUT', `${at}/b`, { json: { meta: { b: '3' } } });
        await refused(400, () => service.request('PUT', `${at}/b`, { json: { meta: { c: '3' } } }));
        await refused(400, () => service.request('PUT', `${at}/b`, { json: { meta: {} } }));
        await refused(400, () => service.request('PUT', `${at}/b`, { json: { metadata: { b: '3' } } }));
        await refused(400, () => servers.updateMetadata(id, { 'x/y': '' }));
        await service.request('PUT', at, { json: { metadata: { only: 'this' } } });
        await refused(404, () => servers.deleteMetadata(id, 'a'));
        await servers.deleteMetadata(id, 'only');
        assert.deepEqual(await servers.metadata(id), {});
        const many = Object.fromEntries(Array.from({ length: 129 }, (_none, index) => [`k${index}`, 'v']));
        await refused(403, () => servers.updateMetadata(id, many));
      },
    },
    {
      name: 'tags are read, set, added and taken away',
      reference: `${COMPUTE_REFERENCE}#server-tags-servers-tags`,
      run: async (context) => {
        const { user, refused } = context;
        const { servers, service } = user.compute;
        const { id } = await startedServer(context, { tags: ['one'] });
        await servers.tags(id);
        await servers.setTags(id, ['a', 'b', 'a']);
        await servers.addTag(id, 'c');
        await servers.addTag(id, 'c');
        await service.request('GET', `/servers/${id}/tags/c`);
        await refused(404, () => service.request('GET', `/servers/${id}/tags/z`));
        await servers.deleteTag(id, 'c');
        await refused(404, () => servers.deleteTag(id, 'c'));
        await refused(400, () => servers.addTag(id, 'a,b'));
        await refused(400, () => servers.addTag(id, 'x'.repeat(61)));
        await refused(400, () => servers.setTags(id, ['']));
        await refused(400, () =>
          servers.setTags(
            id,
            Array.from({ length: 51 }, (_none, index) => `t${index}`),
          ),
        );
        await servers.setTags(
          id,
          Array.from({ length: 50 }, (_none, index) => `t${index}`),
        );
        await refused(400, () => servers.addTag(id, 'one-more'));
        await service.request('DELETE', `/servers/${id}/tags`);
        assert.deepEqual(await servers.tags(id), []);
        await refused(404, () => servers.tags(id, { microversion: '2.25' }));
      },
    },
  ],
};
