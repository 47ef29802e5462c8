import { z } from 'zod';
import type { RequestOptions } from '../http-types.ts';
import type { Listing } from '../listing.ts';
import type { ServiceClient } from '../service-client.ts';

/**
 * A list of Swift: a plain array, gone through with the last name as marker until a page is empty, because no response
 * says how many names the service sends at most.
 */
export const swiftList = <T>(
  service: ServiceClient,
  at: string,
  schema: z.ZodType<T>,
  nameOf: (item: T) => string,
  filters: { limit?: number | undefined } = {},
  options: RequestOptions = {},
): Listing<T> =>
  service.listing(at, async (marker) => {
    const query = { ...filters, ...(marker === undefined ? {} : { marker }), format: 'json' };
    const response = await service.request('GET', at, { ...options, query });
    if (response.status === 204) return { items: [], next: undefined };
    const items = service.read(response, z.array(schema), 'GET', `${await service.endpoint(options)}${at}`);
    const last = items.at(-1);
    const done = last === undefined || (filters.limit !== undefined && items.length < filters.limit);
    return { items, next: done ? undefined : nameOf(last) };
  });
