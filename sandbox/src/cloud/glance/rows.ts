/** An image as it is stored; its own properties are shown at the top level beside Glance's. */
export interface Image {
  readonly id: string;
  name: string | null;
  status: string;
  visibility: string;
  protected: boolean;
  owner: string | null;
  container_format: string | null;
  disk_format: string | null;
  min_disk: number;
  min_ram: number;
  size: number | null;
  checksum: string | null;
  os_hash_value: string | null;
  os_hidden: boolean;
  tags: string[];
  readonly created_at: string;
  updated_at: string;
  properties: Record<string, string>;
}
