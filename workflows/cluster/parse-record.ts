import { type ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import {
  type ClusterRecord,
  clusterRecordSchema,
  clusterWorkflowId,
  describeIssues,
  type InputIssue,
  orphanWorkflowId,
  parseInput,
} from '../../model/index.ts';
import { invalidInput } from '../lib/failures.ts';

/**
 * The record with which a cluster's workflow was started, or has continued as new.
 *
 * @throws ApplicationFailure `Slipway.InvalidInput` when somebody started the workflow by hand with anything else
 */
export function parseRecord(input: unknown): ClusterRecord {
  const parsed = parseInput(clusterRecordSchema, input);
  const { workflowId, continuedFromExecutionRunId } = workflowInfo();
  if (!parsed.ok) {
    if (continuedFromExecutionRunId === undefined) throw notARecord(parsed.issues);
    // A living cluster does not end because a build cannot read what another one wrote: its task waits for a build that
    // can.
    throw new Error(`this build cannot read the cluster’s record: ${describeIssues(parsed.issues)}`);
  }
  const record = parsed.value;
  const wanted = [clusterWorkflowId(record.spec.name), orphanWorkflowId(record.id)];
  if (!wanted.includes(workflowId)) {
    throw notARecord([{ path: '', reason: `is of a cluster whose workflow is ${wanted[0] ?? ''}, not ${workflowId}` }]);
  }
  return record;
}

function notARecord(issues: InputIssue[]): ApplicationFailure {
  const hint = 'only Slipway starts this workflow: ask for a cluster by createCluster';
  return invalidInput([...issues, { path: '', reason: hint }]);
}
