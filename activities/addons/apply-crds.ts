import { ApiextensionsV1Api, type V1CustomResourceDefinition } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { isFields } from '../../model/index.ts';
import { FIELD_MANAGER } from '../kubernetes/cluster-api.ts';
import { kubernetesFailure } from '../kubernetes/failures.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import { helmFailure } from './helm-failures.ts';
import type { HelmRun } from './helm-run.ts';
import { isEstablished } from './ready-checks.ts';

const DEADLINE_MS = 60_000;

const crdSchema = z.looseObject({
  kind: z.literal('CustomResourceDefinition'),
  metadata: z.looseObject({ name: z.string().min(1) }),
  spec: z.custom<V1CustomResourceDefinition['spec']>(isFields),
});

/**
 * Brings the custom resource definitions of a chart's `crds` folder to its version: Helm installs them once, and never
 * again. Server-side apply, so that what others added to them stays. Waits until they are served.
 */
export async function applyCrds(run: HelmRun, chart: string): Promise<void> {
  const crds = await crdsOf(run, chart);
  const api = run.api.config.makeApiClient(ApiextensionsV1Api);
  for (const crd of crds) {
    const { name } = crd.metadata;
    reportProgress({ detail: `applying the custom resource definition ${name}` });
    try {
      await api.patchCustomResourceDefinition(
        { name, body: crd, fieldManager: FIELD_MANAGER, force: true },
        run.api.applyOptions(),
      );
    } catch (error) {
      throw kubernetesFailure(error, `applying the custom resource definition ${name}`);
    }
  }
  for (const {
    metadata: { name },
  } of crds) {
    await poll({ subject: `the custom resource definition ${name}`, deadlineMs: DEADLINE_MS }, () =>
      isEstablished(run.api, name),
    );
  }
}

async function crdsOf(run: HelmRun, chart: string) {
  let text: string;
  try {
    text = await run.call(['show', 'crds', chart]);
  } catch (error) {
    throw helmFailure(error, `reading the custom resource definitions of ${chart}`);
  }
  return parseAllDocuments(text).flatMap((document) => {
    const parsed = crdSchema.safeParse('toJS' in document ? document.toJS() : undefined);
    return parsed.success ? [{ ...parsed.data, spec: parsed.data.spec }] : [];
  });
}
