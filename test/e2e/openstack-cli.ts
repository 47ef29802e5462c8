import { z } from 'zod';
import { clientEnvironment } from '../../sandbox/scripts/config.ts';
import { openstackCli, openstackModule, run } from '../../sandbox/scripts/openstack-cli.ts';

/** The list commands of every service, as an operator would give them. */
const LISTS = [
  'server list --all-projects',
  'server group list --all-projects',
  'keypair list',
  'network list',
  'subnet list',
  'port list',
  'router list',
  'floating ip list',
  'security group list',
  'loadbalancer list',
  'loadbalancer listener list',
  'loadbalancer pool list',
  'loadbalancer healthmonitor list',
  'volume list --all-projects',
  'volume snapshot list --all-projects',
  'image list',
  'zone list --all-projects',
  'container list',
];
const TIMEOUT_MS = 180_000;

const rowsSchema = z.array(
  z.looseObject({ ID: z.string().optional(), id: z.string().optional(), Name: z.string().optional() }),
);

/**
 * What the list commands of python-openstackclient show, all of them in one session as the cloud's administrator: a
 * line for each thing, but for projects' default security groups, which Neutron makes by itself.
 *
 * @throws Error with its words when a command fails
 */
export async function openstackLists(cloudsFile: string): Promise<string[]> {
  const python = await openstackCli();
  const input = LISTS.map((list) => `${list} -f json\n`).join('');
  const env = clientEnvironment(cloudsFile, 'sandbox-admin');
  const { stdout, stderr } = await run(python, openstackModule, { input, env, milliseconds: TIMEOUT_MS });
  const documents = stdout.match(/^\[(?:\]$|[^]*?^\]$)/gm) ?? [];
  if (documents.length !== LISTS.length || stderr.trim() !== '')
    throw new Error(
      `openstack … list: ${documents.length} of ${LISTS.length} commands worked:\n${stderr.trim().split('\n').slice(-5).join('\n')}`,
    );
  const lines = documents.flatMap((document, index) =>
    rowsSchema
      .parse(JSON.parse(document))
      .map(
        ({ ID, id, Name }) => `${LISTS[index]?.split(' list')[0] ?? ''} ${[ID ?? id, Name].filter(Boolean).join(' ')}`,
      ),
  );
  return lines.filter((line) => !/^security group \S+ default$/.test(line));
}
