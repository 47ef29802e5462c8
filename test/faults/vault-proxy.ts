import { z } from 'zod';
import { parse, stringify } from 'yaml';
import {
  bodyOf,
  type Proxy,
  type ProxiedAnswer,
  type ProxyTarget,
  startProxy,
  withBody,
} from '../support/fault-proxy.ts';
import { type Traffic, tagOf } from './traffic.ts';

/** Name in the certificate of the proxies before the clusters' APIs. */
export const PROXY_NAME = 'fault-proxy';

/**
 * The way from the workers to Vault. A call belongs to the cluster that its activity's workflow names. A kubeconfig
 * that is read is changed on the way: it leads to the cluster's own proxy, which holds the administrator's certificate
 * instead of the worker.
 */
export function startVaultProxy(
  target: () => string,
  ca: () => string,
  trafficOf: (workflowId: string) => Traffic | undefined,
): Promise<Proxy> {
  return startProxy({
    target: () => ({ url: target() }),
    intercept: async (request, forward) => {
      const traffic = trafficOf(tagOf(request)?.workflowId ?? '');
      if (traffic === undefined) return forward();
      const readsKubeconfig = request.method === 'GET' && /\/data\/clusters\/[^/]+\/kubeconfig$/.test(request.path);
      return traffic.intercept('vault', request, async (changed) => {
        const answer = await forward(changed);
        return readsKubeconfig && answer.status === 200 ? await redirected(answer, traffic, ca()) : answer;
      });
    },
  });
}

const secretSchema = z.looseObject({ data: z.looseObject({ data: z.looseObject({ kubeconfig: z.string() }) }) });
const kubeconfigSchema = z.looseObject({
  clusters: z.tuple([
    z.looseObject({
      cluster: z.looseObject({
        server: z.string(),
        'certificate-authority-data': z.string(),
        'tls-server-name': z.string(),
      }),
    }),
  ]),
  users: z.tuple([
    z.looseObject({ user: z.looseObject({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }) }),
  ]),
});

async function redirected(answer: ProxiedAnswer, traffic: Traffic, ca: string): Promise<ProxiedAnswer> {
  const secret = secretSchema.parse(JSON.parse((await bodyOf(answer)).toString('utf8')));
  const kubeconfig = kubeconfigSchema.parse(parse(secret.data.data.kubeconfig));
  const [{ cluster }] = kubeconfig.clusters;
  const [{ user }] = kubeconfig.users;
  const pem = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');
  const target: ProxyTarget = {
    url: cluster.server,
    tls: {
      ca: pem(cluster['certificate-authority-data']),
      cert: pem(user['client-certificate-data']),
      key: pem(user['client-key-data']),
      servername: cluster['tls-server-name'],
    },
  };
  traffic.kubernetes = target;
  cluster.server = traffic.kubernetesAddress;
  cluster['tls-server-name'] = PROXY_NAME;
  cluster['certificate-authority-data'] = Buffer.from(ca).toString('base64');
  secret.data.data.kubeconfig = stringify(kubeconfig);
  return withBody(answer, Buffer.from(JSON.stringify(secret)));
}
