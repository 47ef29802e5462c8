import type { ClientRequest } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { activityInfo } from '@temporalio/activity';
import { Agent } from 'undici';
import { z } from 'zod';
import { repositoryRoot } from '../../local/repository.ts';
import { CALL_HEADER, type CallTag, RECORDING } from './call-tag.ts';

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
    const workflowId = workflowExecution?.workflowId ?? '';
    const from = workflowId.includes(`/${RECORDING}`) ? linesOfSlipway() : undefined;
    const value: CallTag = { activity, workflowId, attempt, pid: process.pid, from };
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Frames of an asynchronous stack that is deeper than V8's usual ten. */
const MAX_FRAMES = 60;

/** What is no line of Slipway's own, and what sends every request of a client. */
const BESIDE =
  /^(node_modules|test)\/|^vault\/(transport|slots)\.ts|^openstack-client-ts\/src\/(http-handlers|abort|session|service-client)\.ts/;

/**
 * The lines of Slipway's own files on the way to here, the innermost first; undefined where the way cannot be followed
 * back to the activity: a token and a port-forward are opened for several callers, or by a callback.
 */
function linesOfSlipway(): string | undefined {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = MAX_FRAMES;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = usual;
  const lines = stack.split('\n').flatMap((frame) => {
    const [, line] = /\(?([^(\s]+:\d+:\d+)\)?$/.exec(frame) ?? [];
    const [before, own] = line?.split(repositoryRoot) ?? [];
    return before !== undefined && own !== undefined && !BESIDE.test(own) ? [own] : [];
  });
  const door = lines.findIndex((line) => line.startsWith('activities/index.ts:'));
  return door === -1 ? undefined : lines.slice(0, door).join(' < ');
}
