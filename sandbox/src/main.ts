import { Command, Option } from 'commander';
import type { OpenStackOptions } from './openstack/start.ts';
import { parseHostForward } from './machines/nspawn/open-driver.ts';
import type { HostForward } from './machines/nspawn/tenant-network.ts';

const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is not a whole number`);
  return Number(text);
};

interface CloudFlags {
  readonly listen: string;
  readonly latency: string;
  readonly state?: string;
  readonly data?: string;
  readonly externalCidr: string;
  readonly tokenTtl: number;
  readonly hosts: number;
}

interface MachinesFlags {
  readonly cloudsFile: string;
  readonly osCloud: string;
  readonly driver: 'simulated' | 'nspawn';
  readonly latency: string;
  readonly dataDir?: string;
  readonly imageDir?: string;
  readonly hostForward: readonly HostForward[];
}

const program = new Command('openstack-sandbox').description(
  'An OpenStack cloud on one machine, for trying and testing',
);

program
  .command('cloud')
  .description('the OpenStack services')
  .option('--listen <host:port>', 'where to listen; port 0 takes a free one', '127.0.0.1:5000')
  .option('--latency <profile>', 'instant, typical, or a JSON file', 'instant')
  .option('--state <file>', 'load the cloud from this file if it is there; save it there on request and at the end')
  .option('--data <dir>', 'where clouds.yaml is written')
  .option('--external-cidr <cidr>', 'addresses of the external network', '127.64.0.0/16')
  .option('--token-ttl <seconds>', 'how long tokens are good', whole, 86_400)
  .option('--hosts <n>', 'hypervisor hosts, for server groups', whole, 1000)
  .action(async ({ tokenTtl, ...flags }: CloudFlags) => {
    const { runCloud } = await import('./cloud/main.ts');
    await runCloud({ ...flags, tokenTtlSeconds: tokenTtl });
  });

program
  .command('openstack')
  .description('real OpenStack services as processes of this machine, with nothing behind them (Linux)')
  .requiredOption('--data <dir>', "the cloud's folder: everything it keeps")
  .option('--keystone-port <port>', 'where Keystone listens; without it, one of the free ports', whole)
  .option('--port-base <port>', 'the first port of all; without it, free ones, which the folder keeps', whole)
  .option('--external-cidr <cidr>', 'addresses of the external network', '127.64.0.0/16')
  .option('--hosts <n>', 'hosts of servers, each a process', whole, 3)
  .action(async (flags: OpenStackOptions) => {
    const { runOpenStack } = await import('./openstack/main.ts');
    await runOpenStack(flags);
  });

program
  .command('machines')
  .description('the machines behind ACTIVE servers, and the forwarding of load balancers and floating IPs')
  .requiredOption('--clouds-file <file>', 'clouds.yaml with an administrator')
  .option('--os-cloud <name>', 'its entry', 'sandbox-admin')
  .addOption(new Option('--driver <driver>', 'what a machine is').choices(['simulated', 'nspawn']).default('simulated'))
  .option('--latency <profile>', 'instant, typical, or a JSON file', 'instant')
  .option('--data-dir <dir>', 'nspawn: where machines keep their disks')
  .option('--image-dir <dir>', 'nspawn: the folder that the image builder made')
  .option(
    '--host-forward <port=host:port>',
    'nspawn: a service of this host that machines reach at 169.254.169.253; may be given again',
    (text: string, before: readonly HostForward[]) => [...before, parseHostForward(text)],
    [],
  )
  .action(async ({ hostForward, ...flags }: MachinesFlags) => {
    const { runMachines } = await import('./machines/main.ts');
    await runMachines({ ...flags, hostForwards: hostForward });
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
