import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** Sources that an operation goes through. */
const SOURCES = [
  ...[
    'model',
    'addons',
    'vault',
    'temporal',
    'workflows',
    'activities',
    'service',
    'workers',
    'codec-server',
    'client',
  ],
  ...['local', 'cli', 'scripts', 'test/support'],
  ...['sandbox', 'openstack-client-ts', 'package.json', 'tsconfig.json', 'tsconfig.base.json'],
];

/** The whole of an operation that says a word to a cluster. */
const DECLARATION = `import { z } from 'zod';
import { LIVING } from '../cluster-phase.ts';
import { clusterIdInput, clusterNameInput } from './cluster-input.ts';
import { declare } from './declaration.ts';

export const greetCluster = declare({
  title: 'Greet a cluster',
  verb: 'greet',
  summary: 'Says a word to a cluster',
  schema: z.strictObject({
    name: clusterNameInput,
    id: clusterIdInput,
    words: z.string().min(1).max(20).describe('What is said'),
  }),
  result: z.strictObject({ name: z.string(), id: z.string(), greeting: z.string() }),
  admittedIn: LIVING,
  phases: { running: 'Updating', completed: 'Ready', failed: 'UpdateFailed' },
  conflicts: { same: 'queue', other: 'queue' },
  pausable: false,
  deadlineMinutes: () => 5,
});
`;
const WORKFLOW = `import { deadlineOf } from './lib/deadline.ts';
import { runSteps } from './lib/steps.ts';
import { operation } from './operation.ts';

const steps = { greet: { title: 'Say it', seconds: 1 } };

export const greetCluster = operation('greetCluster', (input, { clusterId: id, spec }) =>
  runSteps('greetCluster', steps, deadlineOf('greetCluster', input, spec), (step) =>
    step('greet', [], () => Promise.resolve({ name: input.name, id, greeting: \`\${input.words}, \${spec.name}\` })),
  ),
);
`;

/** Asks for it through every door: the typed client, and the command line as a process of its own. */
const DRIVER = `import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { SlipwayClient } from './client/index.ts';
import { generatedFiles } from './cli/reference/generated-files.ts';
import { startWorkflowHouse } from './test/support/workflow-house.ts';

const house = await startWorkflowHouse();
try {
  const { clusters } = new SlipwayClient({ temporal: house.client, taskQueue: house.taskQueue });
  await (await clusters.create({ name: 'atlas', cloud: 'sandbox' })).result();
  const { greeting } = await (await clusters.run('greetCluster', { name: 'atlas', words: 'hello' })).result();
  const { connection } = house.client;
  const address = connection instanceof Connection ? connection.options.address : '';
  const cli = (...words: string[]) =>
    promisify(execFile)(
      process.execPath,
      ['--conditions=source', '--import', 'tsx', 'cli/main.ts', 'greet-cluster', 'atlas', '--json', ...words],
      { env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TEMPORAL_CONFIG_FILE: '/dev/null', TEMPORAL_ADDRESS: address } },
    ).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
    );
  const told = await cli('--words', 'hi');
  const refused = await cli('--words', 'far too long a word to be said here');
  const { description } = await clusters.describe('atlas');
  const said = {
    ...{ greeting, told: JSON.parse(told.stdout) as unknown, refused: refused.code },
    ...{ phase: description.phase, history: description.history.map(({ operation }) => operation) },
    files: [...generatedFiles().keys()].filter((path) => path.includes('greet')),
  };
  process.stdout.write(\`\${JSON.stringify(said)}\\n\`);
} finally {
  await house.stop();
}
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-toy-'));
  const filter = (path: string) => basename(path) !== 'node_modules' && basename(path) !== '.git';
  for (const source of SOURCES) await cp(join(ROOT, source), join(folder, source), { recursive: true, filter });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  // Two files, and a line in each of two indexes.
  await writeFile(join(folder, 'model/operations/greet-cluster.ts'), DECLARATION);
  await writeFile(join(folder, 'workflows/greet-cluster.ts'), WORKFLOW);
  await appendFile(join(folder, 'model/operations/table.ts'), "export { greetCluster } from './greet-cluster.ts';\n");
  await appendFile(join(folder, 'workflows/index.ts'), "export { greetCluster } from './greet-cluster.ts';\n");
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

it(
  'a new operation is two files and two lines: it compiles, and every door knows it',
  { timeout: 300_000 },
  async () => {
    await writeFile(join(folder, 'greet.ts'), DRIVER);
    const include = ['model', 'workflows', 'activities', 'client', 'test/support/workflow-house.ts', 'greet.ts'];
    await writeFile(join(folder, 'tsconfig.toy.json'), JSON.stringify({ extends: './tsconfig.base.json', include }));
    const node = (...args: string[]) => run(process.execPath, args, { cwd: folder, timeout: 140_000 });
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    // What the compiler says is on standard output, and would be lost with the error.
    const compiled = await node(compiler, '-p', 'tsconfig.toy.json', '--noEmit').catch((error: unknown) => error);
    expect(compiled).toMatchObject({ stdout: '' });

    const { stdout } = await node('--conditions=source', '--import', 'tsx', 'greet.ts');
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
      greeting: 'hello, atlas',
      told: expect.objectContaining({ ok: true, operation: 'greetCluster', greeting: 'hi, atlas' }) as unknown,
      refused: 2,
      phase: 'Ready',
      history: ['createCluster', 'greetCluster', 'greetCluster'],
      files: ['docs/schemas/greetCluster.json', 'docs/reference/operations/greet-cluster.md'],
    });
  },
);
