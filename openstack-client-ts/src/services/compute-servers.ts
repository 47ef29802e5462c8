import { z } from 'zod';
import type { RequestOptions } from '../http-types.ts';
import type { Listing } from '../listing.ts';
import { path } from '../query.ts';
import { type DeleteOptions, ReadableResource, unwrapped } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import type { WaitOptions } from '../wait.ts';
import type {
  SchedulerHints,
  ServerCreate,
  ServerFilters,
  ServerUpdate,
  VolumeAttachmentCreate,
} from './compute-inputs.ts';
import {
  type CreatedServer,
  createdServerSchema,
  type Server,
  type ServerBrief,
  serverBriefSchema,
  serverSchema,
  type VolumeAttachment,
  volumeAttachmentSchema,
} from './compute-schemas.ts';

const metadataSchema = unwrapped('metadata', z.record(z.string(), z.string()));
const tagsSchema = unwrapped('tags', z.array(z.string()));

/** Servers. https://docs.openstack.org/api-ref/compute/#servers-servers */
export class Servers extends ReadableResource<Server, ServerFilters> {
  constructor(service: ServiceClient) {
    super(service, {
      noun: 'server',
      path: '/servers',
      listPath: '/servers/detail',
      one: 'server',
      many: 'servers',
      schema: serverSchema,
      state: (server) => server.status,
      fault: ({ fault }) => fault && `${fault.message}${fault.code === undefined ? '' : ` (code ${fault.code})`}`,
    });
  }

  /** Ids and names only: cheaper for the cloud, which then asks neither Neutron nor Cinder. */
  listBrief(filters?: ServerFilters, options: RequestOptions = {}): Listing<ServerBrief> {
    return this.service.list('/servers', 'servers', serverBriefSchema, { ...options, query: filters });
  }

  /**
   * Asks for one server, or for several with `min_count`/`max_count`: then the answer names the first only, and the
   * others are found by name or tag. Nova builds on after it has answered, see `waitActive`.
   */
  create(
    server: ServerCreate,
    options: RequestOptions & { hints?: SchedulerHints | undefined } = {},
  ): Promise<CreatedServer> {
    const { hints, ...rest } = options;
    const json = { server, ...(hints === undefined ? {} : { 'os:scheduler_hints': hints }) };
    return this.service.json('POST', '/servers', unwrapped('server', createdServerSchema), { ...rest, json });
  }

  update(id: string, values: ServerUpdate, options: RequestOptions = {}): Promise<Server> {
    return this.call('PUT', this.at(id), { ...options, json: { server: values } });
  }

  /** Deletes one; Nova answers before it is gone, see `waitGone`. */
  delete(id: string, options: DeleteOptions = {}): Promise<void> {
    return this.remove(this.at(id), options);
  }

  /** Waits until the server is ACTIVE. @throws ResourceInErrorError with Nova's fault */
  waitActive(id: string, options?: WaitOptions<Server>): Promise<Server> {
    return this.waitFor(id, { target: ['ACTIVE'], failure: ['ERROR', 'DELETED', 'SOFT_DELETED'] }, options);
  }

  /** Waits until the server is SHUTOFF. @throws ResourceInErrorError with Nova's fault */
  waitStopped(id: string, options?: WaitOptions<Server>): Promise<Server> {
    return this.waitFor(id, { target: ['SHUTOFF'], failure: ['ERROR', 'DELETED', 'SOFT_DELETED'] }, options);
  }

  /**
   * Any action, e.g. `{ pause: null }`; returns the response's text.
   * https://docs.openstack.org/api-ref/compute/#servers-run-an-action-servers-action
   */
  async action(id: string, action: Readonly<Record<string, unknown>>, options: RequestOptions = {}): Promise<string> {
    const response = await this.service.request('POST', path`/servers/${id}/action`, { ...options, json: action });
    return response.text;
  }

  async start(id: string, options?: RequestOptions): Promise<void> {
    await this.action(id, { 'os-start': null }, options);
  }

  async stop(id: string, options?: RequestOptions): Promise<void> {
    await this.action(id, { 'os-stop': null }, options);
  }

  /** `SOFT` asks the guest, `HARD` switches it off and on. */
  async reboot(id: string, type: 'SOFT' | 'HARD', options?: RequestOptions): Promise<void> {
    await this.action(id, { reboot: { type } }, options);
  }

  /** The end of the serial console's log: the last `lines`, or all that Nova keeps. */
  async consoleLog(id: string, options: RequestOptions & { lines?: number | undefined } = {}): Promise<string> {
    const { lines, ...rest } = options;
    const json = { 'os-getConsoleOutput': lines === undefined ? {} : { length: lines } };
    // It only reads, though it is a POST.
    const call = { ...rest, json, idempotent: true };
    return this.service.json('POST', path`/servers/${id}/action`, unwrapped('output', z.string()), call);
  }

  tags(id: string, options: RequestOptions = {}): Promise<string[]> {
    return this.service.json('GET', path`/servers/${id}/tags`, tagsSchema, options);
  }

  /** Replaces all tags. */
  setTags(id: string, tags: readonly string[], options: RequestOptions = {}): Promise<string[]> {
    return this.service.json('PUT', path`/servers/${id}/tags`, tagsSchema, { ...options, json: { tags } });
  }

  async addTag(id: string, tag: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('PUT', path`/servers/${id}/tags/${tag}`, options);
  }

  async deleteTag(id: string, tag: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('DELETE', path`/servers/${id}/tags/${tag}`, options);
  }

  metadata(id: string, options: RequestOptions = {}): Promise<Record<string, string>> {
    return this.service.json('GET', path`/servers/${id}/metadata`, metadataSchema, options);
  }

  /** Adds or changes the given keys, and leaves the others. */
  updateMetadata(
    id: string,
    metadata: Readonly<Record<string, string>>,
    options: RequestOptions = {},
  ): Promise<Record<string, string>> {
    const call = { ...options, json: { metadata }, idempotent: true };
    return this.service.json('POST', path`/servers/${id}/metadata`, metadataSchema, call);
  }

  async deleteMetadata(id: string, key: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('DELETE', path`/servers/${id}/metadata/${key}`, options);
  }

  volumeAttachments(id: string, options: RequestOptions = {}): Listing<VolumeAttachment> {
    const at = path`/servers/${id}/os-volume_attachments`;
    return this.service.list(at, 'volumeAttachments', volumeAttachmentSchema, options);
  }

  attachVolume(
    id: string,
    attachment: VolumeAttachmentCreate,
    options: RequestOptions = {},
  ): Promise<VolumeAttachment> {
    const schema = unwrapped('volumeAttachment', volumeAttachmentSchema);
    const call = { ...options, json: { volumeAttachment: attachment } };
    return this.service.json('POST', path`/servers/${id}/os-volume_attachments`, schema, call);
  }

  async detachVolume(id: string, volumeId: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('DELETE', path`/servers/${id}/os-volume_attachments/${volumeId}`, options);
  }
}
