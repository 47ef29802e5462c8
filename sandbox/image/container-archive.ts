import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './run.ts';

/** A container image of one layer. */
export interface ContainerImage {
  /** Full name with registry and tag. */
  readonly name: string;
  readonly entrypoint: readonly string[];
  /** Where files come from on this machine, by their path in the image. */
  readonly files: Readonly<Record<string, string>>;
  /** Symbolic links: path in the image, and what it points to. */
  readonly links?: Readonly<Record<string, string>>;
}

/** Writes images as one docker-archive tar, the format of `docker save`, which `ctr images import` reads. */
export async function writeContainerArchive(archive: string, images: readonly ContainerImage[]): Promise<void> {
  const folder = await mkdtemp(`${archive}.parts-`);
  try {
    const manifest: unknown[] = [];
    for (const image of images) manifest.push(await writeImage(folder, image));
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    await pack(folder, archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeImage(folder: string, image: ContainerImage): Promise<unknown> {
  const root = join(folder, 'root');
  for (const directory of ['tmp', 'run', 'var', 'proc', 'sys', 'dev'])
    await mkdir(join(root, directory), { recursive: true });
  for (const [path, source] of Object.entries(image.files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await cp(source, join(root, path), { recursive: true, dereference: true });
  }
  for (const [path, target] of Object.entries(image.links ?? {})) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path));
  }
  const layer = join(folder, 'layer');
  await pack(root, layer);
  await rm(root, { recursive: true });
  const digest = createHash('sha256')
    .update(await readFile(layer))
    .digest('hex');
  await rename(layer, join(folder, `${digest}.tar`));
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Entrypoint: image.entrypoint,
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  });
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
  await writeFile(join(folder, configName), config);
  return { Config: configName, RepoTags: [image.name], Layers: [`${digest}.tar`] };
}

/** The same tree gives the same bytes: sorted, without times and owners. */
async function pack(folder: string, archive: string): Promise<void> {
  const plain = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  await run('tar', [...plain, '-C', folder, '-cf', archive, '.'], { timeoutSeconds: 600 });
}
