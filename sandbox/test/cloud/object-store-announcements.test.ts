import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { testCloud, type TestCloud } from './harness.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

/**
 * What /info announces, with the test that walks it, or what is done here that would otherwise be a success of nothing.
 */
const served: Readonly<Record<string, string>> = {
  swift: 'contract',
  slo: 'contract',
  bulk_delete: 'contract',
  bulk_upload: 'refused',
  account_quotas: 'set by nobody: refused',
  container_quotas: 'contract',
  container_sync: 'no realm',
  ratelimit: 'no limits',
  symlink: 'symlinks.test.ts',
  tempurl: 'temporary-urls.test.ts',
  versioned_writes: 'refused',
};

it('each thing that Swift announces is walked somewhere, or refused', async () => {
  const info = z.record(z.string(), z.unknown()).parse(JSON.parse((await cloud.nobody.get('/object-store/info')).text));
  expect(Object.keys(info).sort()).toEqual(Object.keys(served).sort());
});

it('what is refused is no success of nothing', async () => {
  const { demo } = cloud;
  const root = `/object-store/v1/AUTH_${demo.projectId}`;
  const put = (path: string, headers: Record<string, string> = {}) => demo.put(`${root}${path}`, '', headers);
  for (const format of ['tar', 'tar.gz', 'tar.bz2', 'zip'])
    for (const path of ['/box', '/box/folder']) {
      const reply = await put(`${path}?extract-archive=${format}`);
      expect([format, reply.status, reply.text]).toEqual([format, 400, 'Unsupported archive format']);
    }
  expect((await demo.get(`${root}/box`)).status).toBe(404);
  for (const header of ['x-versions-location', 'x-history-location']) {
    const reply = await put('/box', { [header]: 'old' });
    expect([header, reply.status, reply.text]).toEqual([header, 412, 'Versioned Writes is disabled']);
  }
  expect((await put('/box', { 'x-remove-versions-location': 'x' })).status).toBe(201);
  expect((await demo.post(root, undefined, { 'x-account-meta-quota-bytes': '7' })).status).toBe(403);
});
