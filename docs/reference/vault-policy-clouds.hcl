# What a person's token may do in Vault to make clouds known to Slipway ("slipway cloud add"), and to fetch kubeconfigs
# ("slipway kubeconfig"). Workers do not need it.

path "slipway/data/clouds/*" {
  capabilities = ["create", "update"]
}
path "slipway/metadata/clouds/*" {
  capabilities = ["list", "delete"]
}
path "slipway/data/clusters/+/kubeconfig" {
  capabilities = ["read"]
}
