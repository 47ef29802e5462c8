import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from '../../sandbox/image/run.ts';

/**
 * What decides what a machine needs: installers, pins, host programs, the services' configuration, and this check
 * itself.
 */
const INPUTS = [
  ...['package.json', 'package-lock.json', 'scripts', 'bin', '.npmrc', 'local', 'test/fresh'],
  ...['sandbox/package.json', 'sandbox/image', 'sandbox/openstack', 'sandbox/src/openstack', 'sandbox/scripts'],
  'sandbox/src/machines/nspawn',
];
const RECORD = 'test/fresh/passed.json';
const recordSchema = z.strictObject({ inputs: z.string() });

/** A digest of the inputs as HEAD has them: of git's own list of their contents. */
export async function inputsDigest(repository: string): Promise<string> {
  const listed = await run('git', ['-C', repository, 'ls-tree', '-r', 'HEAD', '--', ...INPUTS]);
  const lines = listed.split('\n').filter((line) => line !== '' && !line.endsWith(`\t${RECORD}`));
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** The digest with which everything worked; undefined when nothing is written down. */
export async function recordedDigest(repository: string): Promise<string | undefined> {
  const text = await readFile(join(repository, RECORD), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : recordSchema.parse(JSON.parse(text)).inputs;
}

/** Writes down that everything worked with these inputs; to be committed. */
export async function recordPassed(repository: string, inputs: string): Promise<void> {
  await writeFile(join(repository, RECORD), `${JSON.stringify({ inputs }, null, 2)}\n`);
}
