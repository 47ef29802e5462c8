import { once } from 'node:events';
import { createServer } from 'node:http';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Agent, request } from 'undici';
import { expect, it } from 'vitest';
import { CALL_HEADER, callTagSchema } from './call-tag.ts';
import { tagCalls } from './tag-calls.ts';

const ACTIVITIES = 20;
const REQUESTS = 10;

it('names the activity that sends a request, also when the request had to wait for a connection of another activity', async () => {
  tagCalls();
  const server = createServer((incoming, response) => response.end(incoming.headers[CALL_HEADER]));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const dispatcher = new Agent({ connections: 2 });
  const senderOf = async () => {
    const { body } = await request(`http://127.0.0.1:${port}/`, { dispatcher, headers: { accept: '*/*' } });
    return callTagSchema.parse(await body.json()).workflowId;
  };
  try {
    const named = await Promise.all(
      Array.from({ length: ACTIVITIES }, async (_, index) => {
        const workflowId = `workflow ${index}`;
        const environment = new MockActivityEnvironment({ workflowExecution: { workflowId, runId: 'run' } });
        const ask = () => Promise.all(Array.from({ length: REQUESTS }, senderOf));
        const senders = await environment.run<[], string[], typeof ask>(ask);
        return senders.filter((sender) => sender === workflowId).length;
      }),
    );
    expect(named).toEqual(Array.from({ length: ACTIVITIES }, () => REQUESTS));
  } finally {
    await dispatcher.close();
    server.close();
  }
});
