import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** Ingresses behind one load balancer. */
export const traefik = addon({
  title: 'Traefik',
  summary: 'Ingress controller: HTTP and HTTPS from outside to Services by name and path',
  release: 'traefik',
  namespace: 'traefik',
  chart: { name: 'traefik', repository: 'oci://ghcr.io/traefik/helm' },
  versions: [{ chart: '41.3.0', app: '3.7.11', kubernetes: { from: '1.25' } }],
  options: addonOptions(
    { required: false },
    {
      replicas: z
        .int()
        .min(1)
        .max(20)
        .default(2)
        .describe(
          'How many run: two, so that a drain or a machine that fails stops nobody; a budget keeps one of them',
        ),
      defaultClass: z.boolean().default(true).describe('Whether it serves Ingresses that name no class'),
      redirectToHttps: z.boolean().default(true).describe('Whether requests by HTTP are sent to HTTPS'),
      serviceType: z
        .enum(['LoadBalancer', 'NodePort', 'ClusterIP'])
        .default('LoadBalancer')
        .describe(
          'How it is reached: by a load balancer of Octavia, which a cloud controller makes, or else by your own means',
        ),
      serviceAnnotations: z
        .record(z.string().min(1).max(317), z.string().max(1024))
        .default({})
        .refine((annotations) => Object.keys(annotations).length <= 20, 'must be at most 20')
        .describe('Annotations of its Service, such as loadbalancer.openstack.org/keep-floatingip; at most 20'),
    },
  ),
  values: ({ replicas, defaultClass, redirectToHttps, serviceType, serviceAnnotations }) => ({
    deployment: { replicas },
    ...(replicas === 1 ? {} : { podDisruptionBudget: { enabled: true, minAvailable: 1 } }),
    topologySpreadConstraints: [
      {
        ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'traefik' } },
      },
    ],
    ingressClass: { enabled: true, isDefaultClass: defaultClass },
    ...(redirectToHttps
      ? {
          ports: {
            web: { http: { redirections: { entryPoint: { to: 'websecure', scheme: 'https', permanent: true } } } },
          },
        }
      : {}),
    service: { annotations: serviceAnnotations, spec: { type: serviceType } },
  }),
  after: [],
  stage: 'rest',
  ready: [{ kind: 'custom-resource', name: 'ingressroutes.traefik.io' }],
  leaves: ['load balancer', 'floating IP'],
  images: ['docker.io/traefik'],
  links: {
    documentation: 'https://doc.traefik.io/traefik/',
    chart: 'https://artifacthub.io/packages/helm/traefik/traefik',
  },
});
