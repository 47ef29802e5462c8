export { connect, type ConnectOptions, OpenStackClient } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export { type AuthOptions, checkCredential } from './auth-options.ts';
export { type CatalogEntry, type Interface, type ServiceType } from './catalog.ts';
export type { CloudDescription, CloudSource } from './clouds-files.ts';
export { cloudOptions, environmentProxies, loadCloud, readCloud } from './config.ts';
export type { TlsOptions } from './connections.ts';
export * from './errors.ts';
export type {
  ApiResponse,
  Hooks,
  LogEntry,
  Method,
  ReplayableBody,
  RequestInfo,
  RequestOptions,
  RequestOutcome,
  RetryPolicy,
} from './http-types.ts';
export { Listing, type Page } from './listing.ts';
export { compareMicroversions, type MicroversionRange } from './microversion.ts';
export { proxyFor, type ProxyOptions } from './proxy.ts';
export type { QueryValue } from './query.ts';
export { type DeleteOptions, ReadableResource, Resource, type ResourceSpec } from './resource.ts';
export { type CallOptions, ServiceClient } from './service-client.ts';
export { type Token } from './session.ts';
export { GONE, type Wait, waitForStates, type WaitInterval, type WaitOptions, type WaitStates } from './wait.ts';
export * from './services/block-storage.ts';
export * from './services/compute.ts';
export * from './services/compute-inputs.ts';
export * from './services/compute-schemas.ts';
export * from './services/compute-servers.ts';
export * from './services/dns.ts';
export * from './services/identity.ts';
export * from './services/image.ts';
export * from './services/load-balancer.ts';
export * from './services/load-balancer-inputs.ts';
export * from './services/load-balancer-schemas.ts';
export * from './services/network.ts';
export * from './services/network-inputs.ts';
export * from './services/network-schemas.ts';
export * from './services/object-store.ts';
export * from './services/object-store-objects.ts';
export type {
  Container,
  ManifestSegment,
  ObjectInfo,
  Segment,
  StoredObject,
  StoreInfo,
  Subdir,
} from './services/object-store-schemas.ts';
