import type { RoomDeps } from '../deps.ts';
import { ensureControlPlaneMachine } from './ensure-control-plane-machine.ts';
import { forgetLostControlPlanes } from './forget-lost-control-planes.ts';
import { lookAtControlPlane } from './look-at-control-plane.ts';
import { removeControlPlaneMachine } from './remove-control-plane-machine.ts';
import { removeEtcdMember } from './remove-etcd-member.ts';
import { waitForControlPlane } from './wait-for-control-plane.ts';

/** Activities of this room: machines of the control plane and their etcd, one at a time. */
export const controlPlaneActivities = (deps: RoomDeps) => ({
  lookAtControlPlane: lookAtControlPlane(deps),
  forgetLostControlPlanes: forgetLostControlPlanes(deps),
  ensureControlPlaneMachine: ensureControlPlaneMachine(deps),
  waitForControlPlane: waitForControlPlane(deps),
  removeEtcdMember: removeEtcdMember(deps),
  removeControlPlaneMachine: removeControlPlaneMachine(deps),
});
