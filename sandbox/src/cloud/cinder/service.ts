import type { Cloud } from '../cloud.ts';
import { Service } from '../http/service.ts';
import { novaDialect } from '../nova/errors.ts';
import { cinderTransitions } from './volume-life.ts';

/** Cinder v3 under `/volume`. */
export function createCinder(cloud: Cloud): Service {
  const service = new Service('block-storage', '/volume', novaDialect);
  cinderTransitions(cloud);
  return service;
}
