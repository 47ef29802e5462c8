import type { Fault, FaultControl } from './faults.ts';
import { underTest } from './operations.ts';
import type { RecordedCall } from './places.ts';
import type { Exchange } from './traffic.ts';
import type { Reply } from '../support/fault-proxy.ts';

const any = (): undefined => undefined;
const firstOfActivity = ({ opensActivity }: RecordedCall): string | undefined =>
  opensActivity ? undefined : 'stands for its activity: the first call of each is met';
const noVerdict = () => ({ types: [], words: /^/ });
const disturbed = async ({ tag, forward }: Exchange, control: FaultControl): Promise<Reply> => {
  const answer = await forward();
  await control.disturbWorker(tag.pid);
  return answer;
};

/** What happens around an operation rather than to one of its calls. */
export const disruptions: readonly Fault[] = [
  {
    name: 'worker-killed',
    meetsState: true,
    title: 'the worker is killed with SIGKILL right after the call left; another takes over',
    pool: 'killed',
    once: true,
    notApplicable: any,
    expects: 'success',
    act: disturbed,
    verdict: noVerdict,
  },
  {
    name: 'worker-replaced',
    title: 'the worker is asked to end, and one with another build id takes over (workers without versioning)',
    pool: 'replaced',
    once: true,
    concernsOperation: true,
    notApplicable: firstOfActivity,
    expects: 'success',
    act: disturbed,
    verdict: noVerdict,
  },
  {
    name: 'new-build',
    title:
      'a worker with a new build id becomes the current one, the old one ends what it began (workers with versioning)',
    pool: 'new-build',
    once: true,
    concernsOperation: true,
    notApplicable: firstOfActivity,
    expects: 'success',
    act: disturbed,
    verdict: noVerdict,
  },
  {
    name: 'deleted-meanwhile',
    meetsState: true,
    title: 'the deletion of the cluster is asked for while it is created',
    once: true,
    concernsOperation: true,
    notApplicable: ({ operation }) =>
      underTest(operation).runs === 'createCluster' ? undefined : 'the cluster is being deleted already',
    expects: 'anything',
    refusals: ['Slipway.ClusterNotFound'],
    act: async ({ forward }, control) => {
      await control.askMeanwhile('deleteCluster');
      return forward();
    },
    verdict: noVerdict,
  },
  {
    name: 'asked-twice',
    title: 'somebody else asks for the same at the same time',
    once: true,
    concernsOperation: true,
    notApplicable: firstOfActivity,
    expects: 'success',
    refusals: ['Slipway.NameTaken', 'Slipway.ClusterNotFound'],
    act: async ({ forward }, control, operation) => {
      await control.askMeanwhile(operation);
      return forward();
    },
    verdict: noVerdict,
  },
  {
    name: 'created-meanwhile',
    title: 'somebody asks for a cluster of the same name while it is deleted',
    once: true,
    concernsOperation: true,
    notApplicable: (call) =>
      call.operation === 'deleteCluster' ? firstOfActivity(call) : 'the cluster is being created already',
    expects: 'success',
    refusals: ['Slipway.NameTaken', 'Slipway.NotAdmitted', 'Slipway.ClusterNotFound'],
    act: async ({ forward }, control) => {
      await control.askMeanwhile('createCluster');
      return forward();
    },
    verdict: noVerdict,
  },
];
