import { textAt } from './kubernetes/object.ts';
import { resourceOf } from './kubernetes/resource-type.ts';
import type { Store } from './kubernetes/store.ts';

const requiredGroup = 'system:bootstrappers:kubeadm:default-node-token';
const decode = (text: string) => Buffer.from(text, 'base64').toString('utf8');

/**
 * Why a bootstrap token lets nobody in, or undefined when it does: its Secret in kube-system must be there, match, be
 * unexpired, and allow signing (for the discovery) and authentication as a new node.
 * Kubernetes: plugin/pkg/auth/authenticator/token/bootstrap, cmd/kubeadm/app/discovery/token.
 */
export function refusalOf(store: Store, token: string): string | undefined {
  const [id = '', secret = ''] = token.split('.');
  const found = store.get(resourceOf('Secret'), 'kube-system', `bootstrap-token-${id}`);
  if (found === undefined) return 'there is no such bootstrap token';
  const value = (name: string) => decode(textAt(found, 'data', name));
  if (found['type'] !== 'bootstrap.kubernetes.io/token')
    return 'its Secret is not of type bootstrap.kubernetes.io/token';
  if (value('token-id') !== id || value('token-secret') !== secret) return 'the token does not match its Secret';
  const expiration = value('expiration');
  if (expiration !== '' && !(Date.parse(expiration) > Date.now())) return 'the token has expired';
  for (const usage of ['usage-bootstrap-signing', 'usage-bootstrap-authentication']) {
    if (value(usage) !== 'true') return `its Secret does not say ${usage}`;
  }
  if (!value('auth-extra-groups').split(',').includes(requiredGroup))
    return `its Secret does not name the group ${requiredGroup}`;
  return undefined;
}

/** The Secret of a bootstrap token, as `kubeadm init` makes it. */
export function tokenSecret(token: string, expires: Date): Record<string, unknown> {
  const [id = '', secret = ''] = token.split('.');
  return {
    metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    stringData: {
      'token-id': id,
      'token-secret': secret,
      expiration: `${expires.toISOString().slice(0, 19)}Z`,
      'usage-bootstrap-signing': 'true',
      'usage-bootstrap-authentication': 'true',
      'auth-extra-groups': requiredGroup,
    },
  };
}
