import type { Cloud } from '../cloud.ts';
import { novaDialect } from '../nova/errors.ts';
import { Service } from '../http/service.ts';

/** Designate v2 under `/dns`. */
export function createDesignate(_cloud: Cloud): Service {
  return new Service('dns', '/dns', novaDialect);
}
