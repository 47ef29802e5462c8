import type { OperatorService } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Logger } from 'pino';
import { searchAttributes } from '../model/index.ts';

const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/**
 * Registers the search attributes by which clusters are listed, if they are missing. Without permission (Temporal
 * Cloud, a restricted key) it says what to run instead, and clusters cannot be created until somebody did.
 */
export async function ensureSearchAttributes(
  service: OperatorService,
  namespace: string,
  logger: Logger,
): Promise<void> {
  const wanted = Object.values(searchAttributes);
  try {
    const { customAttributes } = await service.listSearchAttributes({ namespace });
    const missing = wanted.filter((name) => !(name in customAttributes));
    if (missing.length === 0) return;
    await service.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
    logger.info({ namespace, missing }, 'registered search attributes');
  } catch (error) {
    const options = wanted.map((name) => `--name ${name} --type Keyword`).join(' ');
    logger.warn(
      { err: error },
      `cannot see to the search attributes; if they are missing: temporal operator search-attribute create --namespace ${namespace} ${options}`,
    );
  }
}
