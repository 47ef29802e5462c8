import type { Socket } from 'node:net';

/** A server that Nova calls ACTIVE, as the machine side learned it from the OpenStack API. */
export interface Machine {
  /** Nova's server id. */
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly availabilityZone: string;
  /** `user_data` as the creator sent it, base64 decoded; empty when there was none. */
  readonly userData: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly image: { readonly id: string; readonly name: string; readonly properties: Readonly<Record<string, string>> };
  readonly flavor: { readonly name: string; readonly vcpus: number; readonly ramMiB: number; readonly diskGiB: number };
  readonly publicKeys: readonly { readonly name: string; readonly key: string }[];
  readonly interfaces: readonly MachineInterface[];
}

/** One Neutron port of a machine. */
export interface MachineInterface {
  readonly portId: string;
  readonly networkId: string;
  readonly subnetId: string;
  readonly macAddress: string;
  readonly address: string;
  readonly cidr: string;
  readonly gateway: string | undefined;
  readonly dnsNameservers: readonly string[];
}

/** A VIP:port of a load balancer on a tenant network, and the members behind it. */
export interface VipForward {
  readonly networkId: string;
  readonly address: string;
  readonly port: number;
  readonly members: readonly { readonly address: string; readonly port: number }[];
}

/** What turns ACTIVE servers into machines. Every method may be called again with the same arguments. */
export interface MachineDriver {
  /** Starts a machine and returns once it is booting; what user-data does afterwards shows in the console log. */
  boot(machine: Machine, signal: AbortSignal): Promise<void>;
  /** Stops a machine and removes everything it had. An unknown id is success. */
  destroy(id: string): Promise<void>;
  /** The last lines of the machine's console, at most 64 KiB; undefined when there is no such machine. */
  console(id: string): string | undefined;
  /** Takes over a client's connection that a floating IP or load balancer sends to `address:port` of a network. */
  accept(client: Socket, networkId: string, address: string, port: number): void;
  /**
   * Whether something listens at `address:port` of a network right now; connections are then handed to it. A driver
   * without this method is taken to accept everywhere: every member of a load balancer gets its turn.
   */
  canAccept?(networkId: string, address: string, port: number): Promise<boolean>;
  /** The complete list of VIPs which machines must be able to reach from inside their networks. */
  setVips(forwards: readonly VipForward[]): Promise<void>;
  /** Destroys every machine and everything the driver made on this host. */
  close(): Promise<void>;
}
