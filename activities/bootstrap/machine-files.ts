import { stringify } from 'yaml';
import { CONTROL_PLANE_GROUP, controlPlaneName, vaultPaths } from '../../model/index.ts';
import type { CertificateRequest, IssuedCertificate, VaultClient, WrappedSecret } from '../../vault/index.ts';
import { authoritySchema, caCertHash, LEAF_TTL, roles } from '../secrets/authorities.ts';
import { encryptionKeySchema, readJoinTokens, serviceAccountKeysSchema } from '../secrets/key-material.ts';
import { authenticationConfig } from './authentication-config.ts';
import {
  apiServerFiles,
  firstControlPlaneConfig,
  hasIssuers,
  joiningControlPlaneConfig,
  type ControlPlaneMachine,
} from './kubeadm-config.ts';

/** A file that a machine writes before kubeadm runs. Owner is root. */
export interface MachineFile {
  readonly path: string;
  /** Octal, as cloud-init writes it: `0600`. */
  readonly permissions: string;
  readonly content: string;
}

/** A control plane machine with its serial number, and whether it makes the cluster or joins it. */
export interface SerialControlPlane extends ControlPlaneMachine {
  readonly serial: number;
  readonly kind: 'init' | 'join';
}

/** Where kubeadm's configuration is on a machine. */
export const KUBEADM_CONFIG = '/run/kubeadm/kubeadm.yaml';

const PKI = '/etc/kubernetes/pki';

/**
 * All files of a control plane: authorities, certificates, keys, encryption at rest, audit policy, who the users are,
 * kubeadm's configuration. The keys of the etcd and front-proxy authorities are not among them: kubeadm takes an
 * authority without its key when every certificate that it would sign is there (kubernetes:
 * cmd/kubeadm/app/phases/certs/certlist.go, CreateTree). Eight or nine calls to Vault.
 */
export async function controlPlaneFiles(
  vault: VaultClient,
  signal: AbortSignal,
  machine: SerialControlPlane,
): Promise<MachineFile[]> {
  const { id, spec } = machine;
  const paths = vaultPaths(id);
  const joinToken = async () =>
    machine.kind === 'init'
      ? undefined
      : (await readJoinTokens(vault, signal, id, [CONTROL_PLANE_GROUP]))[CONTROL_PLANE_GROUP];
  const [authority, serviceAccount, encryption, token, issued] = await Promise.all([
    vault.kv.read(paths.kubernetesAuthority, authoritySchema, signal),
    vault.kv.read(paths.serviceAccountKeys, serviceAccountKeysSchema, signal),
    spec.kubernetes.encryptionAtRest ? vault.kv.read(paths.encryptionKey, encryptionKeySchema, signal) : undefined,
    joinToken(),
    issueCertificates(vault, signal, machine),
  ]);
  const kubeadm =
    token === undefined
      ? firstControlPlaneConfig(machine)
      : joiningControlPlaneConfig(machine, { vip: machine.vip, token, caCertHash: caCertHash(authority.certificate) });
  return [
    publicFile(`${PKI}/ca.crt`, authority.certificate),
    secretFile(`${PKI}/ca.key`, authority.privateKey),
    publicFile(`${PKI}/sa.pub`, serviceAccount.publicKey),
    secretFile(`${PKI}/sa.key`, serviceAccount.privateKey),
    publicFile(`${PKI}/etcd/ca.crt`, issued.etcdServer.issuingCa),
    ...pair('etcd/server', issued.etcdServer),
    ...pair('etcd/peer', issued.etcdPeer),
    ...pair('etcd/healthcheck-client', issued.etcdHealthcheck),
    ...pair('apiserver-etcd-client', issued.apiServerEtcd),
    publicFile(`${PKI}/front-proxy-ca.crt`, issued.frontProxy.issuingCa),
    ...pair('front-proxy-client', issued.frontProxy),
    ...(encryption === undefined ? [] : [secretFile(apiServerFiles.encryption, encryptionConfig(encryption.key))]),
    ...(hasIssuers(spec)
      ? [secretFile(apiServerFiles.authentication, authenticationConfig(spec.kubernetes.authentication))]
      : []),
    ...(spec.kubernetes.auditPolicy === undefined
      ? []
      : [secretFile(apiServerFiles.auditPolicy, spec.kubernetes.auditPolicy)]),
    secretFile(KUBEADM_CONFIG, kubeadm),
  ];
}

/**
 * Keeps a control plane's files in Vault and returns the token by which the machine, and it once only, can read them.
 * The files are read from a path of their own, not wrapped by `sys/wrapping/wrap`: a thief with any Vault token could
 * wrap files of his own there, but nobody else can make a token whose creation path is this one. Two calls.
 */
export async function wrapFiles(
  vault: VaultClient,
  signal: AbortSignal,
  machine: Pick<SerialControlPlane, 'id' | 'serial'>,
  files: readonly MachineFile[],
  ttlSeconds: number,
): Promise<WrappedSecret> {
  const path = vaultPaths(machine.id).controlPlane(machine.serial);
  await vault.kv.write(path, { files }, signal);
  return await vault.kv.readWrapped(path, ttlSeconds, signal);
}

/**
 * Names and alternative names as kubeadm gives them (kubernetes: cmd/kubeadm/app/phases/certs/certlist.go,
 * util/pkiutil).
 */
async function issueCertificates(vault: VaultClient, signal: AbortSignal, machine: SerialControlPlane) {
  const { pki } = vaultPaths(machine.id);
  const node = controlPlaneName(machine.id, machine.serial);
  const serving = {
    commonName: node,
    dnsNames: [node, 'localhost'],
    ipAddresses: [machine.address, '127.0.0.1', '::1'],
    ttlSeconds: LEAF_TTL,
  };
  const client = (commonName: string) => ({ commonName, ttlSeconds: LEAF_TTL });
  const issue = (mount: string, role: string, wanted: CertificateRequest) =>
    vault.pki.issue(mount, role, wanted, signal);
  const [etcdServer, etcdPeer, etcdHealthcheck, apiServerEtcd, frontProxy] = await Promise.all([
    issue(pki.etcd, roles.etcdServer, serving),
    issue(pki.etcd, roles.etcdServer, serving),
    issue(pki.etcd, roles.etcdClient, client('kube-etcd-healthcheck-client')),
    issue(pki.etcd, roles.etcdClient, client('kube-apiserver-etcd-client')),
    issue(pki.frontProxy, roles.frontProxyClient, client('front-proxy-client')),
  ]);
  return { etcdServer, etcdPeer, etcdHealthcheck, apiServerEtcd, frontProxy };
}

/**
 * Kubernetes: tasks/administer-cluster/encrypt-data; secretbox is XSalsa20 with Poly1305. `identity` reads what was
 * there before.
 */
function encryptionConfig(key: string): string {
  return stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: ['secrets'],
        providers: [{ secretbox: { keys: [{ name: 'key1', secret: key }] } }, { identity: {} }],
      },
    ],
  });
}

const pair = (name: string, { certificate, privateKey }: IssuedCertificate): MachineFile[] => [
  publicFile(`${PKI}/${name}.crt`, certificate),
  secretFile(`${PKI}/${name}.key`, privateKey),
];
const publicFile = (path: string, content: string): MachineFile => ({ path, permissions: '0644', content });
const secretFile = (path: string, content: string): MachineFile => ({ path, permissions: '0600', content });
