import { describe, expect, test } from 'vitest';
import type { OpenStackClient } from 'openstack-client-ts';
import { fakeCloud, type Reply } from './fake-cloud.ts';

/** One method of the client, what it must send, and what it must make of the answer. */
export interface Call {
  name: string;
  call: (cloud: OpenStackClient) => PromiseLike<unknown>;
  /** `METHOD /path?query` that must be sent. */
  line: string;
  /** Body that must be sent; none if left out. */
  sent?: unknown;
  reply?: Reply;
  /** What the call must give, as far as it is said; nothing if left out. */
  gives?: unknown;
}

/** Tests that each call sends what the API reference says, once, and reads the answer. */
export const testCalls = (service: string, calls: Call[]): void => {
  describe(`calls of ${service}`, () => {
    test.each(calls)('$name', async ({ call, line, sent, reply, gives }) => {
      const [pathLine = ''] = line.split('?');
      const cloud = await fakeCloud({ [pathLine]: reply ?? {} });
      const result = await call(cloud.client());
      expect(cloud.calls()).toEqual([line]);
      const body = cloud.seen.at(-1)?.body ?? '';
      if (sent === undefined) expect(body).toBe('');
      else expect(JSON.parse(body)).toEqual(sent);
      if (gives === undefined) expect(result).toBeUndefined();
      else if (typeof gives === 'object' && gives !== null) expect(result).toMatchObject(gives);
      else expect(result).toEqual(gives);
    });
  });
};
