#!/bin/sh
# Creates Slipway's namespace and its search attributes, unless they are there.
set -eu

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d

for name in SlipwayCluster SlipwayCloud SlipwayPhase SlipwayKubernetesVersion SlipwayAttention; do
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword || true
done
