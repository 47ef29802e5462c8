import { type Command, Option } from 'commander';
import { readCloudsFile, readCloudVariables } from '../../client/clouds/clouds-file.ts';
import { type CloudSummary, unknownCloud } from '../../client/clouds/clouds.ts';
import type { OpenStackCloud } from '../../client/clouds/usable-cloud.ts';
import { SlipwayError } from '../../client/slipway-error.ts';
import { cloudPath, FailureType } from '../../model/index.ts';
import type { Cli, Session } from '../cli.ts';
import { destructive } from '../destructive.ts';
import { formatTable } from '../output/table.ts';
import { usageError } from '../usage-error.ts';

interface AddOptions {
  readonly osCloud?: string;
  readonly cloudsFile?: string;
  readonly fromEnv?: boolean;
  readonly serversPerRequest?: string;
  readonly requestsPerSecond?: string;
  readonly vaultAddressForMachines?: string;
  readonly clusterRoles?: string;
}

/** `slipway cloud add|list|remove`: the clouds in Vault. */
export function registerCloud(program: Command, cli: Cli): void {
  const cloud = program.command('cloud').description('add, list and remove the clouds that Slipway may use');
  registerAdd(cloud, cli);
  registerListClouds(cloud, cli);
  registerRemove(cloud, cli);
}

function registerAdd(parent: Command, cli: Cli): void {
  const command = parent
    .command('add')
    .description('put a cloud’s credential into Vault, or replace it; nothing secret is printed')
    .argument('<name>', 'the name that specifications use')
    .option('--os-cloud <entry>', 'entry of clouds.yaml; secure.yaml beside it is merged in')
    .option('--clouds-file <file>', 'this clouds.yaml; else OS_CLIENT_CONFIG_FILE or the usual places')
    .addOption(
      new Option('--from-env', 'take OS_AUTH_URL and the other OS_* variables').conflicts(['osCloud', 'cloudsFile']),
    )
    .option(
      '--servers-per-request <n>',
      'how many servers one request to Nova may ask for; 1 where multi-create is forbidden',
    )
    .option('--requests-per-second <n>', 'limit of requests to this cloud, per worker')
    .option('--vault-address-for-machines <url>', 'Vault’s address as the machines reach it')
    .option(
      '--cluster-roles <names>',
      'roles of a cluster’s own application credential, with commas; member,load-balancer_member unless given',
    );
  command.action(
    destructive(command, cli, async (session, name: string, options: AddOptions) => {
      const entry = { cloud: await readCredential(options, session), settings: settings(options) };
      const clouds = session.environment.clouds();
      return {
        loss: async () => {
          const known = await find(name, session);
          if (known === undefined) return undefined;
          return {
            what: `replaces the credential and the settings of cloud ${name}`,
            details: [...credential(known), ['New', entry.cloud.auth.auth_url]],
            answer: name,
          };
        },
        work: async () => {
          const added = await clouds.put(name, entry, session.signal);
          session.show(`Cloud ${name} is in Vault: ${describe(added)}. "slipway doctor --cloud ${name}" tries it.`);
          return { cloud: added };
        },
      };
    }),
  );
}

function registerListClouds(parent: Command, cli: Cli): void {
  const command = parent.command('list').alias('ls').description('list the clouds, without their secrets');
  command.action(() =>
    cli.run(command, async (session) => {
      const clouds = await session.environment.clouds().list(session.signal);
      const rows = clouds.map(({ name, authUrl, project, region, settings }) =>
        [name, authUrl, project, region, settings?.serversPerRequest, settings?.requestsPerSecond].map(
          (cell) => `${cell ?? '-'}`,
        ),
      );
      session.show(
        clouds.length === 0
          ? 'There are no clouds. "slipway cloud add NAME --os-cloud ENTRY" adds one.'
          : formatTable(
              ['NAME', 'AUTH URL', 'PROJECT', 'REGION', 'SERVERS/REQUEST', 'REQUESTS/S'],
              rows,
              session.style,
            ),
      );
      return { clouds };
    }),
  );
}

function registerRemove(parent: Command, cli: Cli): void {
  const command = parent
    .command('remove')
    .alias('rm')
    .description('remove a cloud’s credential from Vault; refused while clusters need it')
    .argument('<name>', 'name of the cloud')
    .option('--force', 'also when clusters are on it: they can then be neither changed nor deleted');
  command.action(
    destructive(command, cli, async (session, name: string, { force = false }: { force?: boolean }) => {
      const clouds = session.environment.clouds();
      if (!(await clouds.has(name, session.signal))) throw unknownCloud(name);
      if (!force) refuseWhileUsed(name, await clustersOn(name, session));
      return {
        loss: async () => {
          const users = force ? await clustersOn(name, session) : [];
          return {
            what: `forgets the credential of cloud ${name}, for good`,
            details: [
              ...credential((await find(name, session)) ?? { name }),
              [
                'Clusters on it',
                users.length === 0 ? 'none' : `${some(users)}: can then be neither changed nor deleted`,
              ],
              ['Stays', 'everything on the cloud itself'],
            ],
            answer: name,
          };
        },
        work: async () => {
          await clouds.remove(name, session.signal);
          session.show(`Cloud ${name} is forgotten; nothing on it was touched.`);
          return { name };
        },
      };
    }),
  );
}

async function find(name: string, session: Session): Promise<CloudSummary | undefined> {
  return (await session.environment.clouds().list(session.signal)).find((cloud) => cloud.name === name);
}

/** What is said of a credential that will be gone. */
const credential = (cloud: CloudSummary): [string, string][] => [
  ['Credential', describe(cloud) || 'this token may not read it'],
  ['In Vault', cloudPath(cloud.name)],
];

async function clustersOn(name: string, session: Session): Promise<string[]> {
  const { clusters } = await session.slipway();
  const users: string[] = [];
  for await (const cluster of clusters.list({ cloud: name, signal: session.signal })) users.push(cluster.name);
  return users;
}

function refuseWhileUsed(name: string, users: readonly string[]): void {
  if (users.length === 0) return;
  throw new SlipwayError(
    FailureType.NotAdmitted,
    `Cloud ${name} has ${users.length} clusters (${some(users)}), which could not be deleted without its credential: delete them first`,
  );
}

const some = (names: readonly string[]): string => names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');

async function readCredential(options: AddOptions, session: Session): Promise<OpenStackCloud> {
  const { variables } = session.environment;
  if (options.fromEnv === true) return readCloudVariables(variables);
  const entry = options.osCloud ?? variables['OS_CLOUD'];
  if (entry === undefined) throw usageError('Say which credential: --os-cloud ENTRY (of clouds.yaml) or --from-env');
  return readCloudsFile({ entry, file: options.cloudsFile, variables });
}

function settings({ serversPerRequest, requestsPerSecond, vaultAddressForMachines, clusterRoles }: AddOptions) {
  return {
    ...(serversPerRequest === undefined ? {} : { serversPerRequest: Number(serversPerRequest) }),
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond: Number(requestsPerSecond) }),
    ...(vaultAddressForMachines === undefined ? {} : { vaultAddressForMachines }),
    ...(clusterRoles === undefined ? {} : { clusterRoles: clusterRoles.split(',') }),
  };
}

const describe = ({ authUrl, project }: CloudSummary): string =>
  `${authUrl ?? ''}${project === undefined ? '' : `, project ${project}`}`;
