/** Limits of a project; -1 is no limit. */
export type Limits = Readonly<Record<string, number>>;

/** The services that have quotas. */
export const quotaServices = ['compute', 'network', 'load-balancer', 'block-storage', 'dns'] as const;
export type QuotaService = (typeof quotaServices)[number];

/** Overrides of a project in one service; `id` is `<service>/<project>`. */
export interface QuotaRow {
  readonly id: string;
  limits: Limits;
}

/** The limits a project has before anybody changes them: the services' own defaults, as devstack leaves them. */
export const defaultQuotas: Readonly<Record<QuotaService, Limits>> = {
  compute: {
    instances: 10,
    cores: 20,
    ram: 51_200,
    key_pairs: 100,
    metadata_items: 128,
    server_groups: 10,
    server_group_members: 10,
    injected_files: 5,
    injected_file_content_bytes: 10_240,
    injected_file_path_bytes: 255,
    fixed_ips: -1,
    floating_ips: -1,
    security_groups: -1,
    security_group_rules: -1,
  },
  network: {
    network: 100,
    subnet: 100,
    subnetpool: -1,
    port: 500,
    router: 10,
    floatingip: 50,
    security_group: 10,
    security_group_rule: 100,
    rbac_policy: 10,
    trunk: -1,
  },
  'load-balancer': {
    loadbalancer: -1,
    listener: -1,
    pool: -1,
    member: -1,
    healthmonitor: -1,
    l7policy: -1,
    l7rule: -1,
  },
  'block-storage': {
    volumes: 10,
    snapshots: 10,
    gigabytes: 1000,
    backups: 10,
    backup_gigabytes: 1000,
    per_volume_gigabytes: -1,
    groups: 10,
  },
  dns: { zones: 10, zone_records: 500, zone_recordsets: 500, recordset_records: 20, api_export_size: 1000 },
};

/** Whether using `more` of something over `used` breaks a limit. */
export const exceeds = (limit: number | undefined, used: number, more: number): boolean =>
  limit !== undefined && limit >= 0 && more > 0 && used + more > limit;
