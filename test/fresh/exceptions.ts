import { CLONE, GO, HOME, NODE } from './places.ts';

/** The clone, the home folder with every cache, temporary files, the toolchains, and what is no file. */
export const OWN: readonly string[] = [
  ...[CLONE, HOME, '/tmp', '/var/tmp', NODE, GO],
  ...['/proc', '/sys', '/dev', '/run'],
];

/** Files that no package owns, or that are looked for and may be missing, and why that is well. */
export const exceptions: readonly { readonly files: RegExp; readonly why: string }[] = [
  {
    files: /^\/etc\/(passwd|group|shadow|gshadow|nsswitch\.conf|ld\.so\.cache|machine-id|hostname)$/,
    why: 'made by the scripts of the essential packages (base-passwd, base-files, libc-bin)',
  },
  {
    files: /^\/etc\/(resolv\.conf|hosts|pip\.conf|xdg\/pip\/pip\.conf|(xdg\/)?uv\/uv\.toml)$/,
    why: 'the host’s word on names and on where packages come from',
  },
  {
    files: /^\/etc\/ssl\/certs\/ca-certificates\.crt$|^\/var\/lib\/rabbitmq\/\.erlang\.cookie$|^\/usr\/bin\/awk$/,
    why: 'made by the scripts of packages (ca-certificates, rabbitmq-server; a link of update-alternatives)',
  },
  {
    files: /^\/srv\/(node_modules(\/.*)?|uv\.toml|pyproject\.toml)$/,
    why: 'Node, npm and uv ask in the folders above the clone',
  },
  {
    files: /^\/srv\/(\.?browser(s)?listrc|browser(s)?list|package\.json)$/,
    why: 'the bundler of workflows asks in the folders above the clone for browsers to support',
  },
  {
    files: /^\/usr\/local\/s?bin$/,
    why: 'kubectl lists the folders of the path for its plugins',
  },
  {
    files: /^\/etc\/openstack\/(clouds|clouds-public|secure)\.(ya?ml|json)$/,
    why: 'places of the user’s own clouds and credentials, as openstacksdk has them',
  },
  {
    files: /^\/usr\/sbin\/policy-rc\.d$/,
    why: 'written while packages are installed, and removed: their daemons do not start',
  },
  {
    files: /^\/usr\/local\/include\//,
    why: 'a C compiler asks for each header in the administrator’s folder first; Debian leaves it empty',
  },
  { files: /^\/usr\/bin\/cc$/, why: 'a link of update-alternatives, to the compiler of a package' },
  { files: /\/s?bin\/gpg$/, why: 'mmdebstrap asks, for keyrings in another format; Debian’s it takes as they are' },
  { files: /^\/etc\/pki\/tls\/certs$/, why: 'Go asks for authorities in the places of every system' },
  {
    files: /^\/usr\/local\/share\/ca-certificates\/host-\d+\.crt$/,
    why: 'authorities that the host trusts, without which nothing is fetched here (host-settings.ts)',
  },
  { files: /^\/etc\/systemd\/nspawn\//, why: 'systemd-nspawn asks for settings of a machine of this name' },
  { files: /^\/$/, why: 'systemd-nspawn opens the root itself, to know what it must not mount over' },
  {
    files: /\/s?bin\/(vault|helm)$/,
    why: 'a Vault and a Helm of the user’s own are taken before OpenBao and Helm are fetched',
  },
  { files: /\/s?bin\/lsb_release$/, why: 'pip and Python’s distro tell the system’s name; they do without' },
  {
    files: /\/s?bin\/(git|rustc|x86_64-linux-gnu-gcc)$/,
    why: 'builders of Python packages ask for versions and for compilers of optional parts; they do without',
  },
  { files: /\/__init__\.(\S+\.)?so$/, why: 'Python asks for a compiled module before each package that has none' },
  { files: /\/mime\.types$/, why: 'Python’s mimetypes asks in the places of web servers; it has a table of its own' },
  { files: /^\/etc\/gnutls\/config$/, why: 'GnuTLS asks for the system’s policy; qemu-img makes no connection' },
  { files: /^\/opt\/hostedtoolcache\//, why: 'the place of Go’s sources where OpenBao was built' },
  {
    files: /^\/etc\/((glance|neutron|designate)\/)?(glance-api|neutron|designate)\.conf$/,
    why: 'oslo.config asks for a default before it reads the file that it is told to read instead',
  },
  { files: /^\/etc\/(nova\/)?release$/, why: 'Nova asks for a vendor’s name to log' },
  { files: /^\/(etc|var\/(lib|cache|log|backups))\/(dpkg|apt|alternatives)\b/, why: 'what dpkg and apt keep' },
  { files: /^\/etc\/(svc|netsvc)\.conf$/, why: 'c-ares asks for the files of other systems' },
  {
    files: /^\/etc\/(ld\.so\.preload|gai\.conf|localtime|host\.conf|protocols|services|selinux\/config)$/,
    why: 'the C library asks; it does without',
  },
  { files: /\/libnss_\w+\.so\.2$/, why: 'the C library asks for what nsswitch.conf of Debian names; it does without' },
  { files: /\/libsctp\.so\.1$/, why: 'Erlang asks for its optional transport' },
  { files: /\/librrd\.so$/, why: 'uWSGI asks for its optional statistics' },
  {
    files: /\/lib\w+-pyeclib\.so\.\d$/,
    why: 'pyeclib asks for each back end that it knows; Swift has no erasure code here',
  },
  { files: /\/s?bin\/file$/, why: 'Python’s platform.architecture asks; it does without' },
  { files: /\/s?bin\/iscsiadm$/, why: 'os-brick asks for an initiator; the back end has no disks to attach' },
  {
    files: /^\/usr\/bin\/(python[\d.]*\._pth|pybuilddir\.txt|pyvenv\.cfg)$/,
    why: 'Python asks whether it is one of a build or of an environment',
  },
  {
    files: /^\/usr\/local\/lib\/python[\d.]+\/dist-packages$/,
    why: 'a folder of Debian’s Python, which makes the environment; nothing in it is imported',
  },
  { files: /^\/opt\/pyca\//, why: 'the place of a configuration file that the wheel of cryptography was built with' },
  { files: /^\/etc\/swift\/swift\.conf$/, why: 'Swift’s default, before its swift_dir is read' },
  {
    files: /^\/usr\/local\/(lib|share)\/(\S+\/)?(site_perl|perl)\b/,
    why: 'Debian’s Perl, which its own scripts are written in, asks for an administrator’s modules',
  },
];
