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
  version: number;
  readonly created_at: string;
  updated_at: string | null;
}
