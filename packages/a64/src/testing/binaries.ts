import { spawnSync } from 'node:child_process';
import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MissingBinaryError } from '../errors.ts';

/** A program or library whose instructions are compared. */
export interface Binary {
  readonly name: string;
  /** Package of Debian trixie for arm64, or of npm. */
  readonly package: { readonly registry: 'debian' | 'npm'; readonly name: string };
  /** Path inside the package. */
  readonly file: string;
}

const debian = (name: string, packageName: string, file: string): Binary => ({
  name,
  package: { registry: 'debian', name: packageName },
  file,
});

/** Compilers: gcc (C, C++), Go, V8's snapshot; hand-written assembly in libc and libcrypto. */
export const binaries: readonly Binary[] = [
  debian('libc.so.6', 'libc6', 'usr/lib/aarch64-linux-gnu/libc.so.6'),
  debian('libcrypto.so.3', 'libssl3t64', 'usr/lib/aarch64-linux-gnu/libcrypto.so.3'),
  debian('perl', 'perl-base', 'usr/bin/perl'),
  debian('python3.13', 'python3.13-minimal', 'usr/bin/python3.13'),
  debian('libnode.so.115', 'libnode115', 'usr/lib/aarch64-linux-gnu/libnode.so.115'),
  {
    name: 'esbuild',
    package: { registry: 'npm', name: '@esbuild/linux-arm64' },
    file: 'package/bin/esbuild',
  },
];

/** @returns the path of a binary in `folder`, fetched with apt-get or npm when it is not there yet */
export async function fetchBinary(binary: Binary, folder: string): Promise<string> {
  const { registry, name } = binary.package;
  const target = targetOf(binary, folder);
  const file = path.join(target, binary.file);
  if (await exists(file)) return file;
  await mkdir(target, { recursive: true });
  if (registry === 'npm') fetchFromNpm(name, target);
  else await fetchFromDebian(name, folder, target);
  if (!(await exists(file)))
    throw new MissingBinaryError(binary.name, `${name} does not hold ${binary.file}`);
  return file;
}

/** @returns the name of the archive, with its version, that {@link fetchBinary} took a binary from */
export async function archiveOf(binary: Binary, folder: string): Promise<string> {
  const files = await readdir(targetOf(binary, folder));
  return files.find((file) => /\.(deb|tgz)$/.test(file)) ?? binary.package.name;
}

const targetOf = ({ package: { registry, name } }: Binary, folder: string) =>
  path.join(folder, `${registry}-${path.basename(name)}`);

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

function run(name: string, command: string, args: readonly string[], cwd: string, env = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (error || status !== 0)
    throw new MissingBinaryError(name, `${command}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}

function fetchFromNpm(name: string, target: string): void {
  const archive = run(name, 'npm', ['pack', '--silent', name], target).trim();
  run(name, 'tar', ['-xf', archive], target);
}

/** Uses a configuration of its own: the host's sources and architectures stay as they are. */
async function fetchFromDebian(name: string, folder: string, target: string): Promise<void> {
  const apt = path.join(folder, 'apt');
  const environment = { APT_CONFIG: path.join(apt, 'apt.conf') };
  if (!(await exists(path.join(apt, 'updated')))) {
    for (const part of ['lists/partial', 'cache/archives/partial']) {
      await mkdir(path.join(apt, part), { recursive: true });
    }
    await writeFile(path.join(apt, 'status'), '');
    await writeFile(environment.APT_CONFIG, aptConfiguration(apt));
    await writeFile(path.join(apt, 'sources.list'), `deb ${SIGNED_BY} ${mirrorOfHost(name)} trixie main\n`);
    run(name, 'apt-get', ['update'], apt, environment);
    await writeFile(path.join(apt, 'updated'), '');
  }
  run(name, 'apt-get', ['download', name], target, environment);
  run(name, 'sh', ['-c', 'dpkg-deb -x *.deb .'], target);
}

/** @returns where the host's own apt finds Debian's main component */
function mirrorOfHost(name: string): string {
  const format = '$(SUITE) $(COMPONENT) $(REPO_URI)';
  const targets = run(name, 'apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], '/');
  // Suites such as stable-updates and stable-security may lie elsewhere.
  const mirror = /^[a-z]+ main (\S+)$/m.exec(targets)?.[1];
  if (mirror === undefined)
    throw new MissingBinaryError(name, 'the host has no Debian mirror in its apt sources');
  return mirror;
}

const SIGNED_BY = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';

const aptConfiguration = (apt: string) => `
Dir::State "${apt}";
Dir::State::status "${apt}/status";
Dir::State::lists "${apt}/lists";
Dir::Cache "${apt}/cache";
Dir::Etc::sourcelist "${apt}/sources.list";
Dir::Etc::sourceparts "/dev/null";
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
`;
