export { adoptCluster } from './adopt-cluster.ts';
export { checkCloud } from './check-cloud.ts';
export { cluster } from './cluster/cluster.ts';
export { createCluster } from './create-cluster.ts';
export { deleteCluster } from './delete-cluster.ts';
export { findOrphans } from './find-orphans.ts';
export { replaceControlPlane } from './replace-control-plane.ts';
export { resizeNodeGroup } from './resize-node-group.ts';
