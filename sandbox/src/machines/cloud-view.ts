/** A server, as the machine side needs it. */
export interface CloudServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** When the cloud last changed it, as the cloud wrote it. */
  readonly updated: string;
  readonly projectId: string;
  readonly userId: string;
  readonly availabilityZone: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Undefined when it boots from a volume. */
  readonly imageId: string | undefined;
  readonly volumeIds: readonly string[];
  readonly keyName: string | undefined;
  readonly flavor: { readonly name: string; readonly vcpus: number; readonly ramMiB: number; readonly diskGiB: number };
  /** base64, as Nova keeps it. */
  readonly userData: string | undefined;
}

/** A port. */
export interface CloudPort {
  readonly id: string;
  readonly networkId: string;
  readonly deviceId: string;
  readonly macAddress: string;
  readonly fixedIps: readonly { readonly subnetId: string; readonly address: string }[];
}

/** A subnet. */
interface CloudSubnet {
  readonly id: string;
  readonly networkId: string;
  readonly cidr: string;
  readonly gateway: string | undefined;
  readonly dnsNameservers: readonly string[];
}

/** An image; `properties` are those that are strings. */
interface CloudImage {
  readonly id: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** A load balancer. */
export interface CloudLoadBalancer {
  readonly id: string;
  readonly status: string;
  readonly updated: string;
  readonly enabled: boolean;
  readonly vipAddress: string;
  readonly vipNetworkId: string;
  readonly vipPortId: string;
}

/** A listener of one load balancer. */
export interface CloudListener {
  readonly id: string;
  readonly loadBalancerId: string;
  readonly enabled: boolean;
  readonly port: number;
  readonly poolId: string | undefined;
}

/** A pool; `version` changes when it or its list of members does. */
export interface CloudPool {
  readonly id: string;
  readonly loadBalancerId: string;
  readonly version: string;
}

/** A member of a pool. */
export interface CloudMember {
  readonly address: string;
  readonly port: number;
  /** Where the address is; undefined for the VIP's own network. */
  readonly subnetId: string | undefined;
  /** Enabled, with a weight, and past its creation. */
  readonly usable: boolean;
}

/** A floating IP. */
export interface CloudFloatingIp {
  readonly address: string;
  readonly portId: string | undefined;
  readonly fixedAddress: string | undefined;
}

/** What the machine side asks of a cloud, of all its projects. Every call may throw; the next round asks again. */
export interface CloudView {
  /** Servers changed since a time (deleted ones with status DELETED), or all that exist. */
  servers(changesSince: string | undefined, signal: AbortSignal): Promise<readonly CloudServer[]>;
  /** The ports of these servers, or the ports with these ids. */
  ports(by: 'device_id' | 'id', ids: readonly string[], signal: AbortSignal): Promise<readonly CloudPort[]>;
  subnets(signal: AbortSignal): Promise<readonly CloudSubnet[]>;
  images(signal: AbortSignal): Promise<readonly CloudImage[]>;
  /** The id of the image that a volume was made from; undefined when there is none or no such volume. */
  imageOfVolume(volumeId: string, signal: AbortSignal): Promise<string | undefined>;
  /** A user's public key; undefined when there is none or it may not be read. */
  publicKey(userId: string, name: string, signal: AbortSignal): Promise<string | undefined>;
  loadBalancers(signal: AbortSignal): Promise<readonly CloudLoadBalancer[]>;
  listeners(signal: AbortSignal): Promise<readonly CloudListener[]>;
  pools(signal: AbortSignal): Promise<readonly CloudPool[]>;
  members(poolId: string, signal: AbortSignal): Promise<readonly CloudMember[]>;
  floatingIps(signal: AbortSignal): Promise<readonly CloudFloatingIp[]>;
}
