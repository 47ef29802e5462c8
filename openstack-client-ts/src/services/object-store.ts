import type { ServiceClient } from '../service-client.ts';
/** Swift. https://docs.openstack.org/api-ref/object-store/ */
export class ObjectStoreService {
  readonly service: ServiceClient;

  constructor(service: ServiceClient) {
    this.service = service;
  }
}
