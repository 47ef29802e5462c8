/** Every operation, by its name, which is also the type of its workflow: one line each. */
export { applyAccess } from './apply-access.ts';
export { applyAddons } from './apply-addons.ts';
export { createCluster } from './create-cluster.ts';
export { deleteCluster } from './delete-cluster.ts';
export { replaceControlPlane } from './replace-control-plane.ts';
export { replaceNodeGroup } from './replace-node-group.ts';
export { resizeNodeGroup } from './resize-node-group.ts';
