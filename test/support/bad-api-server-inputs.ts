import { kubernetes, type Row } from './bad-input.ts';

const policy = (text: string): unknown => kubernetes({ auditPolicy: text });
/** Audit policies that kube-apiserver would not take. */
export const policyRows = (
  [
    ['empty', '', /Policy/],
    ['no YAML', 'rules: [', /must be YAML/],
    [
      'with a key twice',
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nkind: Policy\nrules: [{level: None}]',
      /must be YAML/,
    ],
    ['of JSON that is none', '{"kind":"Policy",}', /must be YAML/],
    ['with a directive', '%YAML 1.2\n---\nkind: Policy', /without directives/],
    ['with half a character', 'kind: "\\ud800"', /halves of characters/],
    ['with an alias to nothing', 'rules: [*a]', /must be YAML/],
    ['with a tab', 'rules:\n\t- level: None', /without tabs/],
    ['of an old version', 'apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules: [{level: None}]', /apiVersion/],
    ['without rules', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []', /at least one rule/],
    [
      'with a level nobody knows',
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: All}]',
      /rules\.0\.level/,
    ],
    [
      'with an unknown field',
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None, user: [a]}]',
      /rules\.0/,
    ],
    [
      'with a group and its version',
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None, resources: [{group: apps/v1}]}]',
      /without a version/,
    ],
    [
      'with a path and a namespace',
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None, nonResourceURLs: [/a], namespaces: [b]}]',
      /cannot be together/,
    ],
  ] as const
).map(([title, text, reason]): Row => [`an audit policy ${title}`, policy(text), 'kubernetes.auditPolicy', reason]);

/** Flags that kube-apiserver would not take, or that are not a user’s to set. */
export const flagRows = (
  [
    ['etcd-servers', 'https://192.0.2.1:2379', /set by kubeadm/],
    ['tls-cert-file', '/etc/kubernetes/pki/other.crt', /set by kubeadm/],
    ['authorization-mode', 'AlwaysAllow', /set by kubeadm/],
    ['audit-policy-file', '/etc/kubernetes/pki/a.yaml', /use kubernetes\.auditPolicy/],
    ['encryption-provider-config', '/etc/kubernetes/pki/a.yaml', /use kubernetes\.encryptionAtRest/],
    ['anonymous-auth', 'false', /no flag of kube-apiserver that may be set here/],
    ['insecure-port', '0', /no flag of kube-apiserver that may be set here/],
    ['max-requests-inflight', '-1', /whole number from 1/],
    ['v', 'two', /whole number from 0 to 10/],
    ['request-timeout', '5', /duration/],
    ['goaway-chance', '0.03', /from 0 to 0\.02/],
    ['profiling', 'no', /true or false/],
    ['oidc-client-id', 'aurora', /oidc-issuer-url: is needed|is needed with oidc-client-id/],
    ['audit-log-maxage', '7', /needs kubernetes\.auditPolicy/],
    ['enable-admission-plugins', 'PodNodeSelector', /must have NodeRestriction/],
    ['enable-admission-plugins', 'NodeRestriction,Foo', /Foo is no admission plugin/],
    ['disable-admission-plugins', 'NodeRestriction', /keeps a node/],
    ['feature-gates', 'Foo=true', /Foo is no feature gate of Kubernetes 1\.36/],
    ['feature-gates', 'GangScheduling=true', /GangScheduling is on and needs GenericWorkload/],
    ['feature-gates', 'APIServerIdentity=false', /needs APIServerIdentity/],
    ['runtime-config', 'v1=false', /v1 is none of/],
    ['tls-cipher-suites', 'TLS_AES_128_GCM_SHA256', /which HTTP\/2 needs/],
    ['service-node-port-range', '30000-20000', /range of ports/],
    ['cors-allowed-origins', '.*', /expression/],
  ] as const
).map(([name, value, reason]): Row => {
  const path = name === 'oidc-client-id' ? 'oidc-issuer-url' : name;
  return [
    `the flag ${name}=${value}`,
    kubernetes({ apiServer: { extraArgs: { [name]: value } } }),
    `kubernetes.apiServer.extraArgs.${path}`,
    reason,
  ];
});
