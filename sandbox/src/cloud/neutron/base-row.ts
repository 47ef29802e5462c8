import { z } from 'zod';
import { uuid } from '../store/ids.ts';
import { now, toSeconds } from '../store/time.ts';
import type { NeutronRow } from './rows.ts';

/** The attributes of a new row that are the same for all resources. */
export const newRow = (body: { readonly project_id: string; readonly description: string }) =>
  baseRow(body.project_id, body.description);

/** The common attributes of a row owned by a project; '' owns what Neutron makes for itself. */
export function baseRow(projectId: string, description = '') {
  const time = toSeconds(now());
  return {
    id: uuid(),
    project_id: projectId,
    tenant_id: projectId,
    description,
    tags: [],
    created_at: time,
    updated_at: time,
    revision_number: 1,
  };
}

/** Fields that every prepared creation has. */
export const commonFields = { name: z.string(), description: z.string(), project_id: z.string() } as const;

/** A row as an object of any attributes. */
export const asRecord = (row: NeutronRow): Record<string, unknown> => Object.fromEntries(Object.entries(row));

/** Counts a change of a row: of its own attributes, its tags, or what belongs to it. */
export function bump(row: NeutronRow): void {
  row.updated_at = toSeconds(now());
  row.revision_number += 1;
}
