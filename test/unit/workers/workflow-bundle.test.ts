import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeDigest, defaultBuildId, packageVersion } from '../../../workers/code.ts';
import { loadWorkflowBundle } from '../../../workers/workflow-bundle.ts';

let cache = '';
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'slipway-cache-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const logger = new DefaultLogger('ERROR');

test('the build id is the version and a digest of the code, the same for the same code', async () => {
  const id = await defaultBuildId();
  expect(id).toMatch(/^\d+\.\d+\.\d+\S*-[0-9a-f]{8}$/);
  expect(id.startsWith(packageVersion())).toBe(true);
  expect(await defaultBuildId()).toBe(id);
  expect(await codeDigest(['model'])).not.toBe(await codeDigest(['model', 'workflows']));
});

test('Slipway’s workflows are bundled from their sources once, and taken from the cache after that', async () => {
  const { code } = await loadWorkflowBundle(false, cache, logger);
  expect(code).toContain('createCluster');
  const names = await readdir(cache, { recursive: true });
  const kept = names.filter((name) => name.endsWith('.js'));
  expect(kept).toEqual([expect.stringMatching(/^workflow-bundles\/[0-9a-f]{16}\/workflow-bundle\.js$/)]);
  const file = join(cache, kept[0] ?? '');
  expect(await readFile(file, 'utf8')).toBe(code);

  await writeFile(file, 'kept');
  expect((await loadWorkflowBundle(false, cache, logger)).code).toBe('kept');
  // With the codec on it is another bundle: failures are converted differently inside workflows.
  const encoded = await loadWorkflowBundle(true, cache, logger);
  expect(encoded.code).not.toBe('kept');
  expect(encoded.code).toContain('encodeCommonAttributes: true');
}, 60_000);

test('a cache that cannot be written costs only time', async () => {
  await writeFile(join(cache, 'file'), '');
  const { code } = await loadWorkflowBundle(false, join(cache, 'file'), logger);
  expect(code).toContain('createCluster');
}, 60_000);
