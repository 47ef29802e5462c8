import type { ClientRequest } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { activityInfo } from '@temporalio/activity';
import { Agent } from 'undici';
import { z } from 'zod';
import { CALL_HEADER, type CallTag } from './call-tag.ts';

/** Both clients of ours give their headers as an object. */
const headersSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/**
 * Marks every request of this process with the activity that sends it. The activities know nothing of it: OpenStack and
 * Vault are asked through undici's agents, and the Kubernetes client's requests are made by `https.request`. (undici's
 * diagnostics channel would be too late: a request that waits for a connection is announced when another activity's
 * answer has freed one.)
 */
export function tagCalls(): void {
  // An agent has its `dispatch` from here.
  const base = Object.getPrototypeOf(Agent.prototype) as Agent;
  Agent.prototype.dispatch = function (options, handler) {
    const value = tag();
    if (value === undefined) return base.dispatch.call(this, options, handler);
    const headers = { ...headersSchema.parse(options.headers ?? {}), [CALL_HEADER]: value };
    return base.dispatch.call(this, { ...options, headers }, handler);
  };
  const original = https.request;
  const tagged = (...parameters: Parameters<typeof https.request>): ClientRequest => {
    const request = original(...parameters);
    const value = tag();
    if (value !== undefined) request.setHeader(CALL_HEADER, value);
    return request;
  };
  https.request = tagged as typeof https.request;
  syncBuiltinESMExports();
}

/** Undefined outside of an activity. */
function tag(): string | undefined {
  try {
    const { activityType: activity, workflowExecution, attempt } = activityInfo();
    const value: CallTag = { activity, workflowId: workflowExecution?.workflowId ?? '', attempt, pid: process.pid };
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
