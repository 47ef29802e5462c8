export interface Zone {
  readonly id: string;
  readonly name: string;
  email: string;
  ttl: number;
  description: string | null;
  readonly projectId: string;
  status: string;
  action: string;
  serial: number;
  readonly type: string;
  masters: readonly string[];
  poolId: string;
  attributes: Readonly<Record<string, unknown>>;
  /** Counts changes. */
  version: number;
  readonly created_at: string;
  updated_at: string | null;
}

export interface Recordset {
  readonly id: string;
  readonly zoneId: string;
  readonly name: string;
  readonly type: string;
  records: string[];
  ttl: number | null;
  description: string | null;
  readonly projectId: string;
  status: string;
  action: string;
  /** Counts changes. */
  version: number;
  /** Made by Designate: SOA, and the NS of the zone itself. */
  readonly managed: boolean;
  readonly created_at: string;
  updated_at: string | null;
}
