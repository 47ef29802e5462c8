import type { Cloud } from '../cloud.ts';
import { htmlError } from '../http/webob.ts';
import { Service } from '../http/service.ts';

/** Swift under `/object-store`. */
export function createSwift(_cloud: Cloud): Service {
  return new Service(
    'object-store',
    '/object-store',
    { error: htmlError, invalid: (path, _value, reason) => htmlError(400, `${path} ${reason}`) },
    true,
  );
}
