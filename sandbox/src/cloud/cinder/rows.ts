interface VolumeAttachment {
  readonly id: string;
  readonly attachment_id: string;
  readonly volume_id: string;
  readonly server_id: string;
  readonly host_name: string | null;
  readonly device: string;
  readonly attached_at: string;
}

export interface Volume {
  readonly id: string;
  name: string | null;
  description: string | null;
  readonly projectId: string;
  readonly userId: string;
  size: number;
  status: string;
  volumeType: string;
  readonly multiattach: boolean;
  migrationStatus: string | null;
  readonly availabilityZone: string;
  metadata: Record<string, string>;
  bootable: boolean;
  readonly imageId: string | null;
  readonly snapshotId: string | null;
  readonly sourceVolumeId: string | null;
  attachments: VolumeAttachment[];
  readonly created_at: string;
  /** Null until it changes for the first time. */
  updated_at: string | null;
  /** Whether its creation ends in `error`. */
  doomed: boolean;
}

export interface Snapshot {
  readonly id: string;
  name: string | null;
  description: string | null;
  readonly projectId: string;
  readonly userId: string;
  readonly volumeId: string;
  readonly size: number;
  status: string;
  metadata: Record<string, string>;
  readonly created_at: string;
  updated_at: string | null;
}

export interface VolumeType {
  readonly id: string;
  name: string;
  description: string | null;
  readonly isDefault: boolean;
  isPublic: boolean;
  extra_specs: Record<string, string | null>;
  /** Who may use it besides administrators, if it is not public. */
  projects: string[];
}
