/** Nova's resources as they are stored; views turn them into what a microversion shows. */
export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  readonly ram: number;
  readonly disk: number;
  readonly ephemeral: number;
  readonly swap: number;
  readonly rxtx_factor: number;
  readonly is_public: boolean;
  readonly description: string | null;
  extra_specs: Record<string, string>;
}

export interface KeyPair {
  /** `<user>/<name>` */
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  readonly type: string;
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly createdAt: string;
}

export interface ServerGroup {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly userId: string;
  readonly policy: string;
  readonly rules: { readonly max_server_per_host?: number };
}

interface Fault {
  readonly code: number;
  readonly created: string;
  readonly message: string;
  readonly details: string;
}

/** A port of a server; `owned` ones were made by Nova and go with it. */
export interface ServerPort {
  readonly portId: string;
  readonly owned: boolean;
  /** The name that the machine may know it by. */
  readonly tag: string | null;
}

/** A volume of a server. */
export interface ServerVolume {
  /** Nova's own id of the attachment. */
  readonly bdmId: string;
  readonly volumeId: string;
  readonly device: string;
  readonly deleteOnTermination: boolean;
  readonly bootIndex: number | null;
  /** The name that the machine may know it by. */
  readonly tag: string | null;
}

export interface Server {
  readonly id: string;
  name: string;
  hostname: string;
  readonly projectId: string;
  readonly userId: string;
  status: string;
  vmState: string;
  taskState: string | null;
  powerState: number;
  readonly imageId: string | null;
  readonly flavor: Flavor;
  readonly keyName: string | null;
  metadata: Record<string, string>;
  tags: string[];
  description: string | null;
  readonly userData: string | null;
  readonly trustedCertificates: readonly string[] | null;
  readonly configDrive: boolean;
  readonly availabilityZone: string;
  readonly pinnedZone: string | null;
  host: string | null;
  readonly groupId: string | null;
  readonly created: string;
  updated: string;
  launchedAt: string | null;
  deletedAt: string | null;
  fault: Fault | null;
  ports: ServerPort[];
  volumes: ServerVolume[];
  securityGroups: string[];
  accessIPv4: string;
  accessIPv6: string;
  locked: boolean;
  lockedByAdmin: boolean;
  lockedReason: string | null;
  readonly launchIndex: number;
  readonly reservationId: string;
  diskConfig: string;
  readonly schedulerHints: Record<string, unknown>;
  /** The end of the console, at most 64 KiB. */
  console: string;
  /** What makes the build fail; null builds well. */
  doomed: string | null;
}
