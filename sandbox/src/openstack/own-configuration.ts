import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The services, as oslo.config's projects. */
const projects = ['keystone', 'glance', 'placement', 'nova', 'neutron', 'cinder', 'octavia', 'designate'] as const;

/**
 * Keeps the host's configuration away from a cloud's services. oslo.config reads the first `<name>.conf.d` of ~,
 * /etc/<service> and /etc, by the names of the service and of the program, beside the file that it is told to read
 * (oslo_config/cfg.py, find_config_dirs; applications of uWSGI cannot be told otherwise). `home`, the programs' home
 * folder, gets empty ones.
 */
export async function ownConfiguration(home: string, programs: readonly string[]): Promise<void> {
  for (const name of new Set([...projects, ...programs])) {
    await mkdir(join(home, `${name}.conf.d`), { recursive: true, mode: 0o700 });
    await writeFile(join(home, `${name}.conf`), '', { mode: 0o600 });
  }
  // Glance's properties of images are looked for the same way; without a file there are none, either.
  await writeFile(join(home, 'schema-image.json'), '{}\n', { mode: 0o600 });
}
