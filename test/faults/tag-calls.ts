import diagnostics from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { activityInfo } from '@temporalio/activity';
import { CALL_HEADER, type CallTag } from './call-tag.ts';

/**
 * Marks every request of this process with the activity that sends it. The activities know nothing of it: undici (OpenStack, Vault) announces
 * its requests on a diagnostics channel, and the Kubernetes client's requests are made by `https.request`.
 */
export function tagCalls(): void {
  diagnostics.subscribe('undici:request:create', (message) => {
    const value = tag();
    // Documented by undici (docs/api/DiagnosticsChannel.md): a request may be given headers here.
    if (value !== undefined)
      (message as { request: { addHeader(name: string, value: string): void } }).request.addHeader(CALL_HEADER, value);
  });
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
