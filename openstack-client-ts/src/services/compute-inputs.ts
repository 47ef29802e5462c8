/** Filters of the server lists. https://docs.openstack.org/api-ref/compute/#list-servers-detailed */
export interface ServerFilters {
  /** A regular expression, matched anywhere in the name. */
  name?: string | undefined;
  status?: string | undefined;
  /** All of these tags (2.26). */
  tags?: readonly string[] | string | undefined;
  'tags-any'?: readonly string[] | string | undefined;
  'not-tags'?: readonly string[] | string | undefined;
  'not-tags-any'?: readonly string[] | string | undefined;
  /** Only servers changed since then (ISO 8601), deleted ones included. */
  'changes-since'?: string | undefined;
  'changes-before'?: string | undefined;
  image?: string | undefined;
  flavor?: string | undefined;
  /** A regular expression. */
  ip?: string | undefined;
  ip6?: string | undefined;
  uuid?: string | undefined;
  key_name?: string | undefined;
  availability_zone?: string | undefined;
  locked?: boolean | undefined;
  reservation_id?: string | undefined;
  created_at?: string | undefined;
  description?: string | undefined;
  /** Admins only. */
  all_tenants?: boolean | undefined;
  project_id?: string | undefined;
  user_id?: string | undefined;
  host?: string | undefined;
  deleted?: boolean | undefined;
  task_state?: string | undefined;
  vm_state?: string | undefined;
  power_state?: number | undefined;
  sort_key?: string | undefined;
  sort_dir?: 'asc' | 'desc' | undefined;
  /** Size of a page; at most the service's own (1,000). */
  limit?: number | undefined;
  marker?: string | undefined;
}

/** A disk of a new server. https://docs.openstack.org/api-ref/compute/#create-server */
export interface BlockDevice {
  /** Position in the boot order; -1 for disks that are not booted from. */
  boot_index: number;
  source_type: 'blank' | 'image' | 'snapshot' | 'volume';
  destination_type: 'local' | 'volume';
  /** Of the image, snapshot or volume. */
  uuid?: string | undefined;
  /** GiB. */
  volume_size?: number | undefined;
  /** From 2.67. */
  volume_type?: string | undefined;
  delete_on_termination?: boolean | undefined;
  disk_bus?: string | undefined;
  device_type?: string | undefined;
  device_name?: string | undefined;
  guest_format?: string | undefined;
  tag?: string | undefined;
}

/** A port of a new server: an existing one, or one to be made on a network. */
export interface ServerNetwork {
  port?: string | undefined;
  uuid?: string | undefined;
  fixed_ip?: string | undefined;
  tag?: string | undefined;
}

/** https://docs.openstack.org/api-ref/compute/#create-server */
export interface ServerCreate {
  name: string;
  flavorRef: string;
  /** Left out when booting from a volume. */
  imageRef?: string | undefined;
  /** Obligatory from 2.37; `auto` and `none` let Nova decide. */
  networks: readonly ServerNetwork[] | 'auto' | 'none';
  key_name?: string | undefined;
  /** Base64; at most 65,535 bytes encoded. */
  user_data?: string | undefined;
  /** Values of at most 255 bytes. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** At most 50, each at most 60 characters without `,` and `/` (2.52). */
  tags?: readonly string[] | undefined;
  security_groups?: readonly { name: string }[] | undefined;
  availability_zone?: string | undefined;
  config_drive?: boolean | undefined;
  block_device_mapping_v2?: readonly BlockDevice[] | undefined;
  /** Makes several servers of one request; Nova adds -1, -2, … to the name. */
  min_count?: number | undefined;
  max_count?: number | undefined;
  description?: string | undefined;
  /** From 2.74, admins. */
  host?: string | undefined;
  /** From 2.90. */
  hostname?: string | undefined;
  adminPass?: string | undefined;
}

/** Sent beside `server`: `group` is the id of a server group. */
export interface SchedulerHints {
  group?: string | undefined;
  same_host?: readonly string[] | undefined;
  different_host?: readonly string[] | undefined;
  query?: string | undefined;
  [hint: string]: unknown;
}

export interface ServerUpdate {
  name?: string | undefined;
  description?: string | undefined;
}

/** https://docs.openstack.org/api-ref/compute/#create-server-group */
export interface ServerGroupCreate {
  name: string;
  policy: 'affinity' | 'anti-affinity' | 'soft-affinity' | 'soft-anti-affinity';
  /** Only with `anti-affinity`. */
  rules?: { max_server_per_host: number } | undefined;
}

/** https://docs.openstack.org/api-ref/compute/#import-or-create-keypair */
export interface KeyPairCreate {
  name: string;
  /** Without it Nova makes a key and answers its private half once (until 2.91). */
  public_key?: string | undefined;
  type?: 'ssh' | 'x509' | undefined;
}

export interface FlavorFilters {
  /** MiB, at least. */
  minRam?: number | undefined;
  /** GiB, at least. */
  minDisk?: number | undefined;
  is_public?: boolean | 'None' | undefined;
  sort_key?: string | undefined;
  sort_dir?: 'asc' | 'desc' | undefined;
  limit?: number | undefined;
  marker?: string | undefined;
}

export interface VolumeAttachmentCreate {
  volumeId: string;
  device?: string | undefined;
  /** From 2.49. */
  tag?: string | undefined;
  /** From 2.79. */
  delete_on_termination?: boolean | undefined;
}
