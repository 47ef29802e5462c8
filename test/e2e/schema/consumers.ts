import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stringify, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { authenticationConfig } from '../../../activities/bootstrap/authentication-config.ts';
import {
  apiServerFiles,
  firstControlPlaneConfig,
  joiningControlPlaneConfig,
  nodeConfig,
  placeholders,
} from '../../../activities/bootstrap/kubeadm-config.ts';
import { batchMachineNames, clusterId, controlPlaneName, type ClusterSpec } from '../../../model/index.ts';

/** A program's first objection, or undefined where it has none. */
export type Objection = string | undefined;

const UUID = '0b0f6a2e-6a3f-4b53-9a0b-2f5f3f1f7c11';
const ADDRESS = '10.6.0.11';
const MACHINE = { vip: '10.6.0.10', floatingIp: '192.0.2.7', address: ADDRESS, generation: '0123456789' };
const TICKET = { vip: MACHINE.vip, token: 'abcdef.0123456789abcdef', caCertHash: `sha256:${'0'.repeat(64)}` };
const MISSING = '/nonexistent/end-of-the-check';
const PKI = '/etc/kubernetes/pki';

const manifestSchema = z.looseObject({
  spec: z.looseObject({ containers: z.array(z.looseObject({ command: z.array(z.string()) })).min(1) }),
});
const joinSchema = z.looseObject({
  nodeRegistration: z.looseObject({
    kubeletExtraArgs: z.array(z.object({ name: z.string(), value: z.string() })),
    taints: z
      .array(z.object({ key: z.string(), value: z.string(), effect: z.string() }))
      .nullish()
      .transform((taints) => taints ?? []),
  }),
});

/**
 * The programs of a machine's image that read what Slipway writes, each asked without a cluster. A question that was
 * asked before, with the same files and flags, is not asked again.
 */
export class Consumers {
  readonly #programs: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #signal: AbortSignal;
  readonly #asked = new Map<string, Promise<Objection>>();
  readonly #made = new Map<string, Promise<string>>();
  #folders = 0;
  /** How often a program was started. */
  started = 0;

  /**
   * @param programs folder of kubeadm, kubelet and kube-apiserver.
   * @param temporary an existing folder, for what they write.
   */
  static async open(programs: string, temporary: string, signal: AbortSignal): Promise<Consumers> {
    return new Consumers(programs, await mkdtemp(join(temporary, 'consumers-')), await freePort(), signal);
  }

  private constructor(programs: string, folder: string, port: number, signal: AbortSignal) {
    this.#programs = programs;
    this.#folder = folder;
    this.#port = port;
    this.#signal = signal;
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Version of the programs, without a "v". */
  async version(): Promise<string> {
    const { output } = await this.#run('kubeadm', ['version', '-o', 'short'], {});
    return output.trim().replace(/^v/, '');
  }

  /** Every flag of kube-apiserver with its type, as its help has them. */
  async apiServerFlags(): Promise<{ name: string; type: string }[]> {
    const { output } = await this.#run('kube-apiserver', ['--help'], {});
    return [...output.matchAll(/^ +(?:-\w, )?--([a-z][-a-z0-9]*)(?: (\S+))? {2}/gm)].map(
      ([, name = '', type = 'bool']) => ({
        name,
        type,
      }),
    );
  }

  /** kubeadm's objection to any of the configurations that the cluster's machines get. */
  async kubeadm(spec: ClusterSpec): Promise<Objection> {
    const id = clusterId(spec.name, UUID);
    const machine = { id, spec, ...MACHINE };
    const [first, ...groups] = spec.nodeGroups.map((group) =>
      onMachine(
        nodeConfig({ spec, group, generation: MACHINE.generation }, TICKET),
        batchMachineNames(id, group.name, 9999, 5000).at(-1) ?? '',
      ),
    );
    const init = onMachine(firstControlPlaneConfig(machine), controlPlaneName(id, 0));
    const join = onMachine(joiningControlPlaneConfig(machine, TICKET), controlPlaneName(id, 2));
    // One start judges an InitConfiguration and a JoinConfiguration, but not two of a kind.
    for (const text of [`${init}---\n${first ?? join}`, ...(first === undefined ? [] : [join]), ...groups]) {
      const objection = await this.#once(`kubeadm ${text}`, async (folder) => {
        const file = await this.#file(folder, 'kubeadm.yaml', text);
        return this.#objection('kubeadm', ['config', 'validate', '--config', file], {});
      });
      if (objection !== undefined) return objection;
    }
    return undefined;
  }

  /** kubeadm's objection to making the certificate of the API server. */
  async certificates(spec: ClusterSpec): Promise<Objection> {
    const { dnsDomain, serviceCidr, apiServer } = spec.kubernetes;
    return this.#once(
      `certificates ${JSON.stringify([dnsDomain, serviceCidr, apiServer.extraSans])}`,
      async (folder) => {
        const config = await this.#initConfig(folder, spec);
        const environment = { KUBEADM_INIT_DRYRUN_DIR: folder };
        const phase = (name: string) => ['init', 'phase', 'certs', name, '--dry-run', '--config', config];
        return (
          (await this.#objection('kubeadm', phase('ca'), environment)) ??
          (await this.#objection('kubeadm', phase('apiserver'), environment))
        );
      },
    );
  }

  /**
   * The flags of kube-apiserver, as kubeadm writes them for a control plane of this specification, with the files that
   * they name made in a folder of this host; or kubeadm's objection.
   */
  async apiServerCommand(
    spec: ClusterSpec,
    folder: string,
  ): Promise<{ readonly flags?: readonly string[]; readonly objection?: Objection }> {
    const { auditPolicy, authentication } = spec.kubernetes;
    const config = await this.#initConfig(folder, spec);
    const phase = ['init', 'phase', 'control-plane', 'apiserver', '--dry-run', '--config', config];
    const { objection } = await this.#run('kubeadm', phase, { KUBEADM_INIT_DRYRUN_DIR: folder });
    if (objection !== undefined) return { objection };
    const manifest = parseAllDocuments(await readFile(join(folder, 'kube-apiserver.yaml'), 'utf8'));
    const [, ...flags] = manifestSchema.parse(manifest[0]?.toJS()).spec.containers[0]?.command ?? [];
    const users = authenticationConfig(authentication);
    const files = {
      [apiServerFiles.auditPolicy]: await this.#file(folder, 'audit-policy.yaml', auditPolicy ?? ''),
      [apiServerFiles.auditLogs]: folder,
      [apiServerFiles.authentication]: await this.#file(folder, 'authentication.yaml', users),
      [apiServerFiles.encryption]: await this.#file(folder, 'encryption.yaml', encryption),
      [PKI]: await this.authorities(),
    };
    const here = flags.map((flag) =>
      Object.entries(files).reduce((text, [from, to]) => text.replace(`=${from}`, `=${to}`), flag),
    );
    return { flags: here };
  }

  /** kube-apiserver's objection to the flags and files that it gets, up to the moment when it would ask etcd. */
  async apiServer(spec: ClusterSpec): Promise<Objection> {
    const { apiServer, auditPolicy, authentication, serviceCidr, encryptionAtRest, dnsDomain } = spec.kubernetes;
    // An issuer may not be the cluster's own, which has the domain in its name.
    const users = authentication.oidc.length === 0 ? [] : [authentication, dnsDomain];
    return this.#once(
      `api ${JSON.stringify([apiServer.extraArgs, auditPolicy, serviceCidr, encryptionAtRest, ...users])}`,
      async (folder) => {
        const { flags: here, objection } = await this.apiServerCommand(spec, folder);
        if (here === undefined) return objection;
        // Its options are judged all at once, before etcd is asked: without etcd's address that is its only complaint.
        const judged = await this.#objection(
          'kube-apiserver',
          here.filter((flag) => !flag.startsWith('--etcd-servers=')),
          {},
          /^"?--etcd-servers must be specified"?$/,
        );
        if (judged !== undefined) return judged;
        // What follows loads its files and certificates. What would ask etcd meanwhile is off, and it ends at a file
        // that is not there.
        const end = [
          '--bind-address=127.0.0.1',
          `--secure-port=${this.#port}`,
          '--permit-port-sharing',
          '--endpoint-reconciler-type=none',
          '--feature-gates=UnknownVersionInteroperabilityProxy=false',
          `--admission-control-config-file=${MISSING}`,
        ];
        return this.#objection(
          'kube-apiserver',
          [...here, ...end],
          {},
          /unable to read admission control configuration from/,
        );
      },
    );
  }

  /** The kubelets' objection to their flags and configuration, up to the moment when they would touch the machine. */
  async kubelet(spec: ClusterSpec): Promise<Objection> {
    const config = await this.#kubeletConfig(spec);
    for (const group of spec.nodeGroups) {
      const [join] = parseAllDocuments(
        onMachine(nodeConfig({ spec, group, generation: MACHINE.generation }, TICKET), 'machine'),
      );
      const { kubeletExtraArgs, taints } = joinSchema.parse(join?.toJS()).nodeRegistration;
      const flags = kubeletExtraArgs.map(({ name, value }) => `--${name}=${value}`);
      // As kubeadm writes them (kubernetes: cmd/kubeadm/app/phases/kubelet/flags.go; api/core/v1/taint.go).
      const shown = taints.map(({ key, value, effect }) => `${key}${value === '' ? '' : `=${value}`}:${effect}`);
      if (shown.length > 0) flags.push(`--register-with-taints=${shown.join(',')}`);
      const objection = await this.#once(`kubelet ${config} ${flags.join(' ')}`, async (folder) =>
        this.#objection(
          'kubelet',
          [...flags, `--config=${config}`, `--root-dir=${folder}`, `--client-ca-file=${MISSING}`],
          {},
          new RegExp(`open ${MISSING}`),
        ),
      );
      if (objection !== undefined) return objection;
    }
    return undefined;
  }

  /**
   * The configuration that kubeadm makes for kubelets; on a host with the first version of control groups they run
   * nevertheless.
   */
  async #kubeletConfig(spec: ClusterSpec): Promise<string> {
    const { dnsDomain, serviceCidr } = spec.kubernetes;
    return this.#makeOnce(`kubelet ${dnsDomain} ${serviceCidr}`, async (folder) => {
      const config = await this.#initConfig(folder, spec);
      const flags = ['init', 'phase', 'kubelet-start', '--dry-run', '--config', config];
      const { objection } = await this.#run('kubeadm', flags, { KUBEADM_INIT_DRYRUN_DIR: folder });
      if (objection !== undefined) throw new Error(`kubeadm wrote no kubelet configuration: ${objection}`);
      const written = await readFile(join(folder, 'config.yaml'), 'utf8');
      return this.#file(folder, 'kubelet.yaml', `${written}\nfailCgroupV1: false\n`);
    });
  }

  /** A folder of authorities, certificates and keys that kubeadm made; servers are this host's loopback, too. */
  async authorities(): Promise<string> {
    return this.#makeOnce('authorities', async (folder) => {
      const config = await this.#file(
        folder,
        'init.yaml',
        [
          {
            apiVersion: 'kubeadm.k8s.io/v1beta4',
            kind: 'InitConfiguration',
            localAPIEndpoint: { advertiseAddress: ADDRESS },
          },
          {
            apiVersion: 'kubeadm.k8s.io/v1beta4',
            kind: 'ClusterConfiguration',
            kubernetesVersion: `v${await this.version()}`,
            apiServer: { certSANs: ['127.0.0.1'] },
          },
        ]
          .map((part) => stringify(part))
          .join('---\n'),
      );
      const flags = ['init', 'phase', 'certs', 'all', '--dry-run', '--config', config];
      const { objection } = await this.#run('kubeadm', flags, { KUBEADM_INIT_DRYRUN_DIR: folder });
      if (objection !== undefined) throw new Error(`kubeadm made no certificates: ${objection}`);
      return folder;
    });
  }

  async #initConfig(folder: string, spec: ClusterSpec): Promise<string> {
    const id = clusterId(spec.name, UUID);
    const text = onMachine(firstControlPlaneConfig({ id, spec, ...MACHINE }), controlPlaneName(id, 0));
    return this.#file(folder, 'init.yaml', text);
  }

  async #once(question: string, ask: (folder: string) => Promise<Objection>): Promise<Objection> {
    const known = this.#asked.get(question);
    if (known !== undefined) return known;
    const answer = this.#newFolder().then(async (folder) => {
      try {
        return await ask(folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
    this.#asked.set(question, answer);
    return answer;
  }

  async #makeOnce(what: string, make: (folder: string) => Promise<string>): Promise<string> {
    const made = this.#made.get(what) ?? this.#newFolder().then(make);
    this.#made.set(what, made);
    return made;
  }

  async #newFolder(): Promise<string> {
    const folder = join(this.#folder, String(this.#folders++));
    await mkdir(folder);
    return folder;
  }

  async #file(folder: string, name: string, content: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  /** @param expected the complaint by which the program says that it liked all the rest. */
  async #objection(program: string, flags: readonly string[], environment: NodeJS.ProcessEnv, expected?: RegExp) {
    const { objection } = await this.#run(program, flags, environment);
    if (expected === undefined) return objection;
    if (objection === undefined) throw new Error(`${program} did not end as expected (${expected.source})`);
    return expected.test(objection) ? undefined : objection;
  }

  async #run(program: string, flags: readonly string[], environment: NodeJS.ProcessEnv) {
    this.started++;
    // No argument of a program can hold one: kubelet and API server never start.
    if (flags.some((flag) => flag.includes('\0'))) return { output: '', objection: 'an argument with a NUL' };
    const options = { env: environment, timeout: 120_000, maxBuffer: 64 * 1024 ** 2, signal: this.#signal };
    return new Promise<{ output: string; objection: Objection }>((resolve, reject) => {
      execFile(join(this.#programs, program), flags, options, (error, stdout, stderr) => {
        if (error === null) resolve({ output: stdout, objection: undefined });
        else if (this.#signal.aborted) reject(new Error('interrupted', { cause: error }));
        else if (error.killed === true)
          reject(new Error(`${program} did not end within two minutes`, { cause: error }));
        else resolve({ output: stdout, objection: complaint(stderr) || error.message });
      });
    });
  }
}

const encryption = stringify({
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'EncryptionConfiguration',
  resources: [
    {
      resources: ['secrets'],
      providers: [
        { secretbox: { keys: [{ name: 'key1', secret: Buffer.alloc(32).toString('base64') }] } },
        { identity: {} },
      ],
    },
  ],
});

/** What slipway-bootstrap.py makes of a kubeadm configuration on the machine. */
const onMachine = (text: string, name: string): string =>
  text
    .replaceAll(placeholders.serverId, UUID)
    .replaceAll(placeholders.serverName, name)
    .replaceAll(placeholders.localIpv4, ADDRESS);

/** The last error that a program of Kubernetes wrote. */
function complaint(stderr: string): string {
  // With logging-format=json.
  const json = [...stderr.matchAll(/"msg":"command failed","err":("(?:[^"\\]|\\.)*")/g)].at(-1)?.[1];
  if (json !== undefined) return json.slice(0, 600);
  const lines = stderr.split('\n').filter((line) => /^(E\d{4} |Error|error)/.test(line));
  return (lines.at(-1) ?? stderr.trim().split('\n').slice(-3).join(' '))
    .replace(/^E\d{4} .*"command failed" err=/, '')
    .slice(0, 600);
}

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
