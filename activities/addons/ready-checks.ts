import { ApiextensionsV1Api, ApiregistrationV1Api, CustomObjectsApi } from '@kubernetes/client-node';
import type { ReadyCheck } from '../../addons/index.ts';
import { type ClusterApi, statusOf } from '../kubernetes/cluster-api.ts';
import { describe } from '../kubernetes/failures.ts';

/** How a check came out: as `poll` takes it. */
type Look = { readonly done: true } | { readonly pending: string };

/** Looks once whether a check holds. What does not answer now may answer later. */
export async function lookAtCheck(api: ClusterApi, check: ReadyCheck): Promise<Look> {
  switch (check.kind) {
    case 'api-service':
      return await isAvailable(api, check.name);
    case 'custom-resource':
      return await isEstablished(api, check.name);
    case 'admission':
      return await isAdmitted(api, check);
  }
}

/** A check, for a person. */
export const nameOf = (check: ReadyCheck): string =>
  check.kind === 'api-service'
    ? `APIService ${check.name}`
    : check.kind === 'custom-resource'
      ? `custom resource definition ${check.name}`
      : `admission of a ${check.object.kind}`;

/** Whether a custom resource definition is served. */
export async function isEstablished(api: ClusterApi, name: string): Promise<Look> {
  const client = api.config.makeApiClient(ApiextensionsV1Api);
  return await within(`custom resource definition ${name}`, async () => {
    const { status } = await client.readCustomResourceDefinition({ name }, api.options());
    return verdict(`custom resource definition ${name}`, 'Established', status?.conditions);
  });
}

async function isAvailable(api: ClusterApi, name: string): Promise<Look> {
  const client = api.config.makeApiClient(ApiregistrationV1Api);
  return await within(`APIService ${name}`, async () => {
    const { status } = await client.readAPIService({ name }, api.options());
    return verdict(`APIService ${name}`, 'Available', status?.conditions);
  });
}

/** Nothing is made: a dry run goes through admission, and ends there (Kubernetes: reference/using-api/api-concepts). */
async function isAdmitted(api: ClusterApi, { plural, object }: ReadyCheck & { kind: 'admission' }): Promise<Look> {
  const client = api.config.makeApiClient(CustomObjectsApi);
  const [group = '', version = ''] = object.apiVersion.split('/');
  const { namespace } = object.metadata;
  return await within(`a dry run of a ${object.kind}`, async () => {
    try {
      const request = { group, version, namespace, plural, body: object, dryRun: 'All' };
      await client.createNamespacedCustomObject(request, api.options());
    } catch (error) {
      // It was admitted, and is there already.
      if (statusOf(error) !== 409) throw error;
    }
    return { done: true };
  });
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

function verdict(what: string, type: string, conditions: readonly Condition[] = []): Look {
  const found = conditions.find((one) => one.type === type);
  if (found?.status === 'True') return { done: true };
  return { pending: `${what} is not ${type}${found?.message === undefined ? '' : `: ${found.message}`}` };
}

async function within(what: string, look: () => Promise<Look>): Promise<Look> {
  try {
    return await look();
  } catch (error) {
    return { pending: `${what}: ${describe(error)}` };
  }
}
