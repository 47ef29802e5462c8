import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { writeContainerArchive, type ContainerImage } from './container-archive.ts';
import { debianRoot } from './debian-step.ts';
import { coredns, echo, etcd, kubernetes } from './parts.ts';
import { pause } from './pause-step.ts';
import { containerImages } from './pins.ts';
import { run } from './run.ts';
import { exists, type Step } from './step.ts';

const proxyWrapper = join(import.meta.dirname, 'containers', 'kube-proxy.sh');

/** All container images, as one archive `images.tar`. */
export const containers: Step = {
  name: 'containers',
  needs: [kubernetes, etcd, coredns, echo, pause, debianRoot],
  files: [import.meta.filename, join(import.meta.dirname, 'container-archive.ts'), proxyWrapper],
  inputs: containerImages,
  async make(output, results) {
    const certificates = {
      '/etc/ssl/certs/ca-certificates.crt': join(results(debianRoot), 'rootfs/etc/ssl/certs/ca-certificates.crt'),
    };
    const controlPlane = (name: string, program: string): ContainerImage => ({
      name,
      entrypoint: [`/usr/local/bin/${program}`],
      files: { [`/usr/local/bin/${program}`]: join(results(kubernetes), program), ...certificates },
    });
    await writeContainerArchive(join(output, 'images.tar'), [
      controlPlane(containerImages.apiserver, 'kube-apiserver'),
      controlPlane(containerImages.controllerManager, 'kube-controller-manager'),
      controlPlane(containerImages.scheduler, 'kube-scheduler'),
      await proxyImage(join(results(kubernetes), 'kube-proxy'), join(results(debianRoot), 'rootfs')),
      {
        name: containerImages.etcd,
        entrypoint: ['/usr/local/bin/etcd'],
        files: Object.fromEntries(
          ['etcd', 'etcdctl', 'etcdutl'].map((name) => [`/usr/local/bin/${name}`, join(results(etcd), name)]),
        ),
      },
      {
        name: containerImages.coredns,
        entrypoint: ['/coredns'],
        files: { '/coredns': join(results(coredns), 'coredns'), ...certificates },
      },
      { name: containerImages.pause, entrypoint: ['/pause'], files: { '/pause': join(results(pause), 'pause') } },
      { name: containerImages.echo, entrypoint: ['/echo'], files: { '/echo': join(results(echo), 'echo') } },
    ]);
  },
};

/** kube-proxy and the programs it calls, which come with every library they load, from the machine's own system. */
async function proxyImage(program: string, rootfs: string): Promise<ContainerImage> {
  const iptables = '/usr/sbin/xtables-nft-multi';
  const programs = [iptables, '/usr/sbin/conntrack', '/usr/bin/sed'];
  const commands = ['iptables', 'ip6tables'].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);
  const extensions = await extensionFolder(rootfs);
  const loaded = (await readdir(join(rootfs, extensions))).map((name) => join(extensions, name));
  const libraries = await librariesOf(rootfs, [...programs, '/usr/bin/dash', ...loaded]);
  return {
    name: containerImages.proxy,
    entrypoint: ['/usr/local/bin/kube-proxy'],
    files: {
      '/usr/local/bin/kube-proxy': proxyWrapper,
      '/usr/local/libexec/kube-proxy': program,
      '/bin/sh': join(rootfs, 'usr/bin/dash'),
      ...Object.fromEntries([...programs, extensions].map((path) => [path, join(rootfs, path)])),
      ...Object.fromEntries(libraries),
      '/etc/protocols': join(rootfs, 'etc/protocols'),
      '/etc/services': join(rootfs, 'etc/services'),
    },
    links: Object.fromEntries(commands.map((name) => [`/usr/sbin/${name}`, 'xtables-nft-multi'])),
  };
}

async function extensionFolder(rootfs: string): Promise<string> {
  const libraries = '/usr/lib';
  for (const name of await readdir(join(rootfs, libraries))) {
    const folder = join(libraries, name, 'xtables');
    if (await exists(join(rootfs, folder))) return folder;
  }
  throw new Error(
    `no iptables extensions under ${libraries} of the root file system: is the package iptables in the list?`,
  );
}

/** The paths under which the loader looks for the libraries of these programs. */
async function librariesOf(rootfs: string, programs: readonly string[]): Promise<[path: string, file: string][]> {
  const listed = await run('chroot', [rootfs, 'ldd', ...programs]);
  const paths = new Set([...listed.matchAll(/\/\S+\.so[.\d]*/g)].map(([path]) => path));
  const found: [string, string][] = [];
  for (const path of paths) found.push([path, await inside(rootfs, path)]);
  return found;
}

/** The file itself: library names are links, and absolute ones would lead out of the root file system. */
async function inside(rootfs: string, path: string): Promise<string> {
  const target = await run('chroot', [rootfs, 'readlink', '-f', path]);
  return realpath(join(rootfs, target.trim()));
}
