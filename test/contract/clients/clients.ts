import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import { clientEnvironment } from '../../../sandbox/scripts/config.ts';
import { missingForCli, openstackCli, run } from '../../../sandbox/scripts/openstack-cli.ts';
import { type CloudUnderTest, prepareCloud, type PreparedCloud, type Tenant } from '../kit/cloud.ts';
import { labelsOf } from '../kit/cloud-labels.ts';
import type { Outcome } from '../kit/run.ts';
import { sorted, type Transcript } from '../kit/transcript.ts';

/** The name of the area, also of its file of recordings. */
export const clientsArea = 'clients';

/** Longest time of one client, in milliseconds. */
const CLIENT_TIME = 300_000;

interface ForeignClient {
  readonly name: string;
  /** The Python script, its arguments, and what it reads. Each step that it does is one line of JSON. */
  readonly script: string;
  readonly args: (tenant: string, folder: string) => readonly string[];
  readonly input?: string;
}

const clients: readonly ForeignClient[] = [
  {
    name: 'python-openstackclient',
    script: 'openstack_session.py',
    args: (tenant, folder) => [tenant, folder],
    input: 'openstack-commands.txt',
  },
  { name: 'openstacksdk', script: 'sdk_cases.py', args: (tenant) => [tenant] },
];

/** The names of the cases: one for each client. */
export const clientNames: readonly string[] = clients.map(({ name }) => name);

/**
 * Why other people's clients cannot run here; undefined when they can. It may take minutes: they are installed once.
 */
export async function missingForClients(): Promise<string | undefined> {
  const missing = await missingForCli();
  if (missing !== undefined) return missing;
  return openstackCli().then(
    () => undefined,
    (error: unknown) => `python-openstackclient cannot be installed: ${error instanceof Error ? error.message : ''}`,
  );
}

/**
 * Runs the clients of these names on a cloud, each in a project of its own, and returns what each step of theirs gave.
 */
export async function runClients(
  cloud: CloudUnderTest,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Outcome[]> {
  const prepared = await prepareCloud(cloud);
  try {
    return await Promise.all(
      clients
        .filter(({ name }) => names.includes(name))
        .map(async (client): Promise<Outcome> => {
          const started = Date.now();
          const [transcript, error] = await transcriptOf(client, prepared, signal).then(
            (value): [Transcript, undefined] => [value, undefined],
            (thrown: unknown): [undefined, Error] => [
              undefined,
              thrown instanceof Error ? thrown : new Error(String(thrown)),
            ],
          );
          const seconds = (Date.now() - started) / 1000;
          return { area: clientsArea, name: client.name, transcript, error, seconds };
        }),
    );
  } finally {
    await prepared.close();
  }
}

const stepSchema = z.object({ step: z.string(), value: z.unknown() });

async function transcriptOf(client: ForeignClient, cloud: PreparedCloud, signal: AbortSignal): Promise<Transcript> {
  const tenant = await cloud.makeTenant(signal);
  const folder = await mkdtemp(join(tmpdir(), 'slipway-clients-'));
  try {
    const cloudsFile = await writeFiles(folder, cloud, tenant);
    const input = client.input === undefined ? '' : await readFile(join(import.meta.dirname, client.input), 'utf8');
    const script = join(import.meta.dirname, client.script);
    const args = [script, ...client.args(tenant.project.name, folder)];
    // The seed makes the order of the fields that the clients send the same in every run.
    const env = { ...clientEnvironment(cloudsFile, 'tenant'), PYTHONHASHSEED: '0' };
    const done = await run(await openstackCli(), args, { input, env, signal, milliseconds: CLIENT_TIME });
    if (done.code !== 0) throw new Error(`${client.name} ended with code ${done.code}:\n${done.stderr}`);
    const { project, user } = tenant;
    await using own = new OpenStackClient({
      auth: { auth_url: cloud.authUrl, username: user.name, password: user.password, project_id: project.id },
      region: 'RegionOne',
    });
    const labels = await labelsOf(own, cloud, tenant, new Map([[folder, '{folder}']]));
    labels.keepAddresses(input + (await readFile(script, 'utf8')));
    return done.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const { step, value } = stepSchema.parse(JSON.parse(line));
        return { note: step, value: labels.value(sorted(value, labels)) };
      });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes what the clients read: the clouds.yaml of the tenant, a public key and a disk. @returns the clouds.yaml */
async function writeFiles(folder: string, { authUrl }: PreparedCloud, { project, user }: Tenant): Promise<string> {
  const cloudsFile = join(folder, 'clouds.yaml');
  const auth = {
    auth_url: authUrl,
    username: user.name,
    password: user.password,
    project_id: project.id,
    user_domain_name: 'Default',
  };
  // JSON is YAML.
  const clouds = { clouds: { tenant: { auth, region_name: 'RegionOne', identity_api_version: '3' } } };
  await writeFile(cloudsFile, JSON.stringify(clouds), { mode: 0o600 });
  await writeFile(
    join(folder, 'key.pub'),
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEHI0yQwMO6aYgRv0dbIlLA7UxRUxzyYOPhcHKLRvmfK contract\n',
  );
  await writeFile(join(folder, 'disk.img'), 'not much of a disk\n');
  return cloudsFile;
}
