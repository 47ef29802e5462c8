# What Slipway's token may do in Vault or OpenBao, and nothing else. Workers need all of it.
#
#   vault secrets enable -path=slipway -version=2 kv
#   vault policy write slipway docs/reference/vault-policy.hcl
#   vault token create -orphan -period=24h -policy=slipway      # workers renew it
#
# The token itself: look it up, renew it, see what it may do. Vault's policy "default" has this, too, but not every token has that one.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}
path "sys/capabilities-self" {
  capabilities = ["update"]
}

# Secrets of clusters: written once, read where they are used, removed with the cluster.
path "slipway/data/clusters/*" {
  capabilities = ["create", "update", "read"]
}
path "slipway/metadata/clusters/*" {
  capabilities = ["list", "delete"]
}

# Clouds. Slipway only reads them; a person's token writes them (vault-policy-clouds.hcl).
path "slipway/data/clouds/*" {
  capabilities = ["read"]
}
path "slipway/metadata/clouds/*" {
  capabilities = ["list"]
}

# Secret values of addons (secretValues in a specification). Slipway only reads them, when it installs the addon.
path "slipway/data/addons/*" {
  capabilities = ["read"]
}

# Keys of the payload codec, made by the first worker that has it switched on.
path "slipway/data/codec" {
  capabilities = ["create", "update", "read"]
}

# Three certificate authorities for each cluster, as mounts slipway-<cluster id>-<authority>.
path "sys/mounts/slipway-*" {
  capabilities = ["create", "update", "read", "delete"]
}
path "slipway-*" {
  capabilities = ["create", "update", "read"]
}
