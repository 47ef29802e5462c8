import proto from '@temporalio/proto';
import type { DataConverter, Payload } from '@temporalio/common';
import { z } from 'zod';
import type { Client } from '@temporalio/client';
import { operationNames } from '../../model/index.ts';

/**
 * A run's history: every text in it as the server keeps it, and everything that its payloads say when they are decoded.
 */
export interface ExportedHistory {
  readonly workflowId: string;
  readonly type: string;
  readonly undecoded: string;
  readonly decoded: string;
  readonly events: number;
}

/** Exports every run of the namespace. Search attributes, memos and summaries are in it: they are part of events. */
export async function exportHistories(
  client: Client,
  { payloadCodecs = [] }: DataConverter,
): Promise<ExportedHistory[]> {
  const exported: ExportedHistory[] = [];
  for await (const run of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    const found: Found = { texts: [], payloads: [] };
    collect(events, found);
    let payloads = found.payloads;
    for (const codec of payloadCodecs) payloads = await codec.decode(payloads);
    exported.push({
      workflowId: run.workflowId,
      type: run.type,
      undecoded: found.texts.join('\n'),
      decoded: payloads.map(({ data }) => text(data ?? new Uint8Array())).join('\n'),
      events: events?.length ?? 0,
    });
  }
  return exported;
}

interface Found {
  readonly texts: string[];
  payloads: Payload[];
}

/** All texts and bytes of a history, at any depth, and the payloads among them. */
function collect(node: unknown, found: Found): void {
  if (typeof node === 'string') found.texts.push(node);
  else if (node instanceof Uint8Array) found.texts.push(text(node));
  else if (typeof node === 'object' && node !== null) {
    if (isPayload(node)) found.payloads.push(node);
    for (const child of Object.values(node)) collect(child, found);
  }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const isPayload = (node: object): node is Payload =>
  'metadata' in node && 'data' in node && node.data instanceof Uint8Array;

const { History } = proto.temporal.api.history.v1;

/** A run's history as JSON: protobuf's plain objects, with names for enumerations and base64 for bytes. */
export interface JsonHistory {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly json: string;
}

const FORM = { enums: String, longs: String, bytes: String } as const;

/** The history that such a text holds. */
export const parseHistory = (json: string) =>
  History.fromObject(z.record(z.string(), z.unknown()).parse(JSON.parse(json)));

/** The histories of a cluster: its own runs, its operations, and the requests for them. */
export async function historiesOf(client: Client, cluster: string): Promise<JsonHistory[]> {
  const requests = [...operationNames(), 'cluster'].map((kind) => `WorkflowId STARTS_WITH "${kind}/${cluster}/"`);
  const query = [...requests, `WorkflowId = "cluster/${cluster}"`].join(' OR ');
  const histories: JsonHistory[] = [];
  for await (const { workflowId, runId, type, startTime } of client.workflow.list({ query })) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.push({
      workflowId,
      runId,
      type,
      startedAt: startTime.getTime(),
      json: JSON.stringify(History.toObject(History.fromObject(history), FORM), null, 1),
    });
  }
  return histories;
}
