# OpenBao (Vault's API) with integrated storage on one node. It starts sealed: initialise it once and unseal it after each start,
# or add a "seal" stanza for a key management service (https://openbao.org/docs/configuration/seal/).
storage "raft" {
  path    = "/openbao/file"
  node_id = "slipway-1"
}

listener "tcp" {
  address = "0.0.0.0:8200"
  # Inside the compose network. Machines fetch their secrets from here: give it a certificate before they are not on this host.
  tls_disable = true
}

api_addr     = "http://vault:8200"
cluster_addr = "http://vault:8201"
ui           = true
