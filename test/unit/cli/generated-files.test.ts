import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../../cli/reference/generated-files.ts';
import { clusterSpecSchema, parseInput } from '../../../model/index.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('files that are generated', () => {
  it.each([...generatedFiles()])('%s is current: "npm run schemas" writes it', async (path, content) => {
    expect(await readFile(join(ROOT, path), 'utf8')).toBe(content);
  });

  it('are all the schemas there are', async () => {
    const committed = (await readdir(join(ROOT, 'docs/schemas'))).map((name) => `docs/schemas/${name}`);
    expect(committed.filter((path) => !generatedFiles().has(path))).toEqual([]);
  });
});

describe('examples', () => {
  it('of specifications fit the schema', async () => {
    const names = (await readdir(join(ROOT, 'examples'))).filter((name) => name.endsWith('.yaml'));
    expect(names).toContain('cluster.yaml');
    for (const name of names) {
      const text = await readFile(join(ROOT, 'examples', name), 'utf8');
      expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/docs\/schemas\/createCluster\.json\n/);
      expect(parseInput(clusterSpecSchema, parse(text)), name).toMatchObject({ ok: true });
    }
  });
});
