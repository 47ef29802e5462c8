import type { Attribute, AttributeMap } from './attributes.ts';
import { orNone, string, toBoolean, uuid } from './validators.ts';

/** What only Neutron sets; lists can be filtered and sorted by it. */
export const fixed = { filter: true, sort: true } as const satisfies Attribute;

/** What only Neutron sets. */
export const shown = {} as const satisfies Attribute;

/** A text that may be given and changed. */
export const text = {
  ...{ post: true, put: true, default: '', check: string(255), filter: true, sort: true },
} as const satisfies Attribute;

/** A truth value that may be given and changed. */
export const flag = (value: boolean) => ({
  ...{ post: true, put: true, default: value, convert: toBoolean, filter: true, sort: true },
});

/** A truth value that is the administrator's to set. */
export const adminFlag = {
  ...{ post: true, put: true, default: false, convert: toBoolean, filter: true, policy: true },
} as const satisfies Attribute;

/** A text that a creation may have. */
const owner = { post: true, check: string(255), filter: true, sort: true, optional: true } as const satisfies Attribute;

/** Who owns a resource. */
export const owners: AttributeMap = { tenant_id: owner, project_id: owner };

/** An id that may be given and changed, or not be there. */
export const qosPolicy = {
  ...{ post: true, put: true, default: null, check: orNone(uuid), policy: true },
} as const satisfies Attribute;

/**
 * What every resource has from extensions of the standard attributes
 * (openstack/neutron:neutron/extensions/standardattrdescription.py …).
 */
export const standard: AttributeMap = {
  description: { ...text, sort: false },
  created_at: shown,
  updated_at: shown,
  revision_number: { filter: true },
};

const tagFilter = { filter: true } as const satisfies Attribute;

/** Tags, and the filters by them (openstack/neutron:neutron/extensions/tagging.py). */
export const tagAttributes: AttributeMap = {
  tags: tagFilter,
  'tags-any': tagFilter,
  'not-tags': tagFilter,
  'not-tags-any': tagFilter,
};
