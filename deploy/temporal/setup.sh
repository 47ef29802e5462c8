#!/bin/sh
# Creates Temporal's databases, or brings their schema up to the server's version. Safe to run at every start.
set -eu

password="$(cat /run/secrets/postgres_password)"
export SQL_PASSWORD="$password"

for database in temporal temporal_visibility; do
  folder="${database#temporal_}"
  tool="temporal-sql-tool --plugin postgres12 --ep postgresql --port 5432 --user temporal --db $database"
  $tool create
  $tool setup-schema --version 0.0 || true
  $tool update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$folder/versioned"
done
