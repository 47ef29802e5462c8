import { ApplicationFailure } from '@temporalio/activity';
import type { FloatingIp, Listing, LoadBalancer, ReadableResource, SecurityGroup, Server } from 'openstack-client-ts';
import { clusterNames, FailureType, type IgnoredFilter, OWNER_METADATA, ownerOf, ownerTag } from '../../model/index.ts';
import { matches } from './filters.ts';
import { call } from './session.ts';

declare const proven: unique symbol;

/**
 * A row on which the cluster's mark was seen. What changes or removes something takes nothing else, and only this file
 * makes one (docs/decisions/0014).
 */
export type Own<T> = T & { readonly [proven]: true };

/** What every row has; some kinds have no name. */
export interface Row {
  readonly id: string;
  readonly name?: string | null | undefined;
}

/**
 * A list of OpenStack whose every row was compared with the filters: they are a hint to the service, not a proof. Below
 * microversion 2.26 Nova knows no `tags` and answers the whole project (nova:
 * nova/api/openstack/compute/schemas/servers.py); a layer on the way may drop a query.
 *
 * @throws ApplicationFailure `OpenStack.FilterIgnored` when it holds a row that was not asked for
 */
export function listed<T extends Row, F extends object>(resource: ReadableResource<T, F>, filters?: F): Listing<T> {
  return resource.list(filters, call()).map((row) => (filters === undefined ? row : asAsked(resource, filters, row)));
}

/** A row of a list, if it is one that the filters ask for. @throws ApplicationFailure `OpenStack.FilterIgnored` */
export function asAsked<T extends Row>(kind: { serviceType: string; noun: string }, filters: object, row: T): T {
  if (matches(row, filters)) return row;
  throw filterIgnored(kind, filters, row);
}

function filterIgnored(kind: { serviceType: string; noun: string }, filters: object, row: Row): ApplicationFailure {
  const words = Object.entries(filters)
    .map(([name, value]: [string, unknown]) => `${name}=${String(value)}`)
    .join('&');
  const ignored: IgnoredFilter = { service: kind.serviceType, filter: words, id: row.id, name: row.name ?? '' };
  return ApplicationFailure.create({
    type: FailureType.OpenStackFilterIgnored,
    message:
      `${kind.serviceType}: the list of those with ${words} holds ${kind.noun} ${row.name ?? ''} (${row.id}), which is none of them: ` +
      'the service, or something on the way to it, ignored the filter. No such list is used. ' +
      'Look for a proxy that drops queries or headers, and for an old version of the service’s API in the cloud’s entry',
    nonRetryable: true,
    details: [{ ignored }],
  });
}

/** What the answer to the cluster's own creation shows is the cluster's. */
export const justMade = <T extends Row>(row: T): Own<T> => row as Own<T>;

/** A server is the cluster's by its tag or its metadata, unless one of them says another cluster. */
export function isOwnServer(server: Server, id: string): server is Own<Server> {
  const { [OWNER_METADATA]: owner } = server.metadata;
  return marksOnly([...owners(server.tags), ...(owner === undefined ? [] : [owner])], id);
}

/** What Neutron has is the cluster's by its whole description. */
export function hasOwnDescription<T extends { readonly description?: string | null | undefined }>(
  row: T,
  id: string,
): row is Own<T> {
  return row.description === ownerTag(id);
}

/** A server group has neither tags nor a description: it is the cluster's by its full name, which holds the id. */
export function hasOneOf<T extends { readonly name: string }>(row: T, names: ReadonlySet<string>): row is Own<T> {
  return names.has(row.name);
}

/** The API's load balancer is the cluster's by its tag and its name. */
export function isApiLoadBalancer(row: LoadBalancer, id: string): row is Own<LoadBalancer> {
  return row.name === clusterNames(id).loadBalancer && marksOnly(owners([...row.tags, row.description ?? '']), id);
}

// The cloud controller manager marks with texts of its own, which hold the cluster's unique id
// (kubernetes/cloud-provider-openstack: pkg/openstack/loadbalancer.go). Names of namespaces and Services have neither
// spaces nor underscores.

/** The load balancer of a Service. */
export function isServiceLoadBalancer(row: LoadBalancer, id: string): row is Own<LoadBalancer> {
  return new RegExp(`^kube_service_${id}_[^_]+_[^_]+$`).test(row.name);
}

/** The floating IP of a Service. */
export function isServiceFloatingIp(row: FloatingIp, id: string): row is Own<FloatingIp> {
  const text = `^Floating IP for Kubernetes external service [^ ]+ from cluster ${id}$`;
  return new RegExp(text).test(row.description ?? '');
}

/** The security group of a Service. */
export function isServiceSecurityGroup(row: SecurityGroup, id: string): row is Own<SecurityGroup> {
  const text = `^Security Group for [^ ]+ Service LoadBalancer in cluster ${id}$`;
  return new RegExp(text).test(row.description ?? '');
}

/** Where the Cinder CSI driver says whose a volume or snapshot is (pkg/csi/cinder/controllerserver.go). */
const CSI_CLUSTER = 'cinder.csi.openstack.org/cluster';

/** A volume that was made for a claim, or a snapshot of one. */
export function isClaimedVolume<T extends { readonly metadata: Readonly<Record<string, string>> }>(
  row: T,
  id: string,
): row is Own<T> {
  return row.metadata[CSI_CLUSTER] === id;
}

const owners = (texts: readonly string[]): string[] => texts.flatMap((text) => ownerOf(text) ?? []);

const marksOnly = (found: readonly string[], id: string): boolean =>
  found.length > 0 && found.every((owner) => owner === id);
