import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ownedFiles, undeclared } from '../../fresh/declared.ts';
import { TraceReader } from '../../fresh/trace.ts';

/** What strace writes for the set-up of a root, and then for these calls in it. */
function traced(...calls: string[]): TraceReader {
  const reader = new TraceReader();
  const lines = [
    '10    openat(AT_FDCWD</work>, "/etc/of-the-host", O_RDONLY) = 3</etc/of-the-host>',
    '10    vfork() = 9',
    '9     pivot_root(".", ".host") = 0',
    '9     +++ exited with 0 +++',
    '10    newfstatat(AT_FDCWD</>, "/sbin/umount.ext4", 0x7ff, 0) = -1 ENOENT (No such file or directory)',
    '10    chroot("/") = 0',
    ...calls,
  ];
  for (const line of lines) reader.line(line);
  return reader;
}

const found = (reader: TraceReader, ...owned: string[]) =>
  undeclared(reader, new Set(owned)).map(({ how, path }) => `${how} ${path}`);

test('names that are not ASCII are those of the packages', () => {
  const path = '/usr/share/ca-certificates/F\\305\\221tan\\303\\272.crt';
  const reader = traced(
    `10    openat(AT_FDCWD</>, "${path}", O_RDONLY) = 3<${path}>`,
    `10    openat(AT_FDCWD</>, "/etc/\\303\\251", O_RDONLY) = -1 ENOENT (No such file or directory)`,
  );
  expect(found(reader, '/usr/share/ca-certificates/Főtanú.crt')).toEqual(['missed /etc/é']);
});

test('a file that was opened is undeclared unless a package owns it, and what the set-up opened is nobody’s', () => {
  const reader = traced(
    '10    openat(AT_FDCWD</srv/slipway>, "/usr/bin/../share/a", O_RDONLY) = 3</usr/share/a>',
    '10    openat(AT_FDCWD</srv/slipway>, "/lib/liba.so.1", O_RDONLY) = 3</usr/lib/liba.so.1>',
    '10    openat(AT_FDCWD</srv/slipway>, "package.json", O_RDONLY) = 3</srv/slipway/package.json>',
    '10    openat(AT_FDCWD</srv/slipway>, "x", O_RDONLY) = 3</usr/lib/python3.11/re/__pycache__/__init__.cpython-311.pyc>',
  );
  expect(found(reader)).toEqual([
    'opened /usr/lib/liba.so.1',
    'opened /usr/lib/python3.11/re/__pycache__/__init__.cpython-311.pyc',
    'opened /usr/share/a',
  ]);
  expect(found(reader, '/lib/liba.so.1', '/usr/share/a', '/lib/python3.11/re')).toEqual([]);
});

test('a program that nobody has is undeclared; one that is found further down the path is not', () => {
  const reader = traced(
    '10    execve("/usr/local/bin/sed", ["sed"], 0x1 /* 3 vars */) = -1 ENOENT (No such file or directory)',
    '10    execve("/usr/bin/sed", ["sed"], 0x1 /* 3 vars */) = 0',
    '10    execve("/usr/bin/my_print_defaults", ["my_print_defaults"], 0x1 /* 3 vars */) = -1 ENOENT (No such file or directory)',
  );
  expect(found(reader, '/bin/sed')).toEqual(['missed /usr/bin/my_print_defaults']);
});

test('configuration that is asked for where other software puts its own is undeclared, also when it is not there', () => {
  const reader = traced(
    '10    newfstatat(AT_FDCWD</srv/slipway>, "/etc/nova/policy.yaml", 0x7ff, 0) = -1 ENOENT (No such file or directory)',
    '10    newfstatat(AT_FDCWD</srv/slipway>, "/etc/there", {st_mode=S_IFREG|0644}, 0) = 0',
    '10    openat(AT_FDCWD</srv/slipway>, "/usr/lib/erlang/lib/none.beam", O_RDONLY) = -1 ENOENT (No such file or directory)',
    '10    openat(AT_FDCWD</srv/slipway>, "/lib/tls/libssl.so.3", O_RDONLY) = -1 ENOENT (No such file or directory)',
    '10    openat(AT_FDCWD</srv/slipway>, "/lib/libssl.so.3", O_RDONLY) = 4</usr/lib/libssl.so.3>',
    '10    openat(AT_FDCWD</srv/slipway>, "/lib/librare.so.3", O_RDONLY) = -1 ENOENT (No such file or directory)',
  );
  expect(found(reader, '/lib/libssl.so.3')).toEqual(['missed /etc/nova/policy.yaml', 'missed /lib/librare.so.3']);
});

test('a child counts although it was seen before the call that made it had returned', () => {
  const reader = traced(
    '10    vfork( <unfinished ...>',
    '11    execve("/usr/bin/tool", ["tool"], 0x1 /* 3 vars */ <unfinished ...>',
    '10    <... vfork resumed>) = 11',
    '11    <... execve resumed>) = 0',
    '11    openat(AT_FDCWD</>, "/etc/tool.conf", O_RDONLY) = 3</etc/tool.conf>',
  );
  expect(undeclared(reader, new Set(['/bin/tool']))).toEqual([
    { path: '/etc/tool.conf', how: 'opened', by: '/usr/bin/tool' },
  ]);
});

test('what happens in a root of its own, such as a machine’s, is not of this one', () => {
  const reader = traced(
    '10    clone(child_stack=NULL, flags=CLONE_NEWPID|SIGCHLD) = 11',
    '11    chroot(".")             = 0',
    '11    openat(AT_FDCWD</>, "/etc/machine.conf", O_RDONLY) = 3</etc/machine.conf>',
    '11    clone(child_stack=NULL, flags=SIGCHLD) = 2',
    '12    openat(AT_FDCWD</>, "/etc/of-its-child", O_RDONLY) = 3</etc/of-its-child>',
    '10    openat(AT_FDCWD</>, "/etc/here", O_RDONLY) = 3</etc/here>',
  );
  expect(found(reader)).toEqual(['opened /etc/here']);
});

test('what packages own is read from dpkg’s lists', async () => {
  const root = await mkdtemp(join(tmpdir(), 'slipway-fresh-test-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const info = join(root, 'var/lib/dpkg/info');
  await mkdir(info, { recursive: true });
  await writeFile(join(info, 'sed.list'), '/.\n/usr/bin/sed\n/usr/share/sed\n');
  await writeFile(join(info, 'sed.md5sums'), '0  usr/bin/other\n');
  expect([...(await ownedFiles(root))].filter((path) => path.length > 2)).toEqual(['/bin/sed', '/usr/share/sed']);
});

test('what apt-get and dpkg do, and the scripts that they start, is theirs', () => {
  const reader = traced(
    '10    vfork() = 11',
    '11    execve("/usr/bin/apt-get", ["apt-get"], 0x1 /* 3 vars */) = 0',
    '11    vfork() = 12',
    '12    execve("/var/lib/dpkg/info/a.postinst", ["a.postinst"], 0x1 /* 3 vars */) = 0',
    '12    openat(AT_FDCWD</>, "/etc/a.dpkg-new", O_WRONLY) = 3</etc/a.dpkg-new>',
    '10    openat(AT_FDCWD</>, "/etc/a", O_RDONLY) = 3</etc/a>',
  );
  expect(found(reader, '/bin/apt-get')).toEqual(['opened /etc/a']);
});
