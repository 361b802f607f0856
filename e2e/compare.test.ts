import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianBase, whyNoDebianBase } from '../scripts/conformance/debian-base.mjs';
import { readImage } from '../scripts/conformance/image-tree.mjs';
import { allowTime, boxerOk, describeIf, root, temporaryDirectory } from './support/boxer.ts';
import { Buildah, whyNoBuildah, whyNoBuildahRun } from './support/buildah.ts';

allowTime(1_200_000);

const fixtures = join(root, 'fixtures', 'compare');
const names = readdirSync(fixtures).toSorted();
const usesRun = (name: string) =>
  /^FROM debian/m.test(readFileSync(join(fixtures, name, 'Dockerfile'), 'utf8'));

// Oracle: Debian's buildah on the same context. Compared are types, modes, owners, links and contents of all paths.
describe('ordinary Dockerfiles give the tree that buildah gives', () => {
  const work = temporaryDirectory();
  const env = { ...process.env, BOXER_CACHE_DIR: join(work, 'cache') };

  function compare(name: string, buildah: Buildah, ...flags: readonly string[]): void {
    const context = join(fixtures, name);
    const [ours, theirs] = [join(work, `${name}.boxer.tar`), join(work, `${name}.buildah.tar`)];
    boxerOk(['build', context, '--output', `type=oci,dest=${ours}`, ...flags], { env, timeoutMs: 900_000 });
    buildah.build(context, theirs);
    const [expected, actual] = [readImage(theirs).tree, readImage(ours).tree];
    expect(Object.keys(actual).length).toBeGreaterThan(0);
    expect(differences(actual, expected)).toEqual([]);
  }

  describeIf(whyNoBuildah(), 'from scratch', () => {
    const buildah = new Buildah(join(work, 'buildah'), false);
    it.each(names.filter((name) => !usesRun(name)))('%s', (name) => compare(name, buildah));
  });

  describeIf(whyNoBuildahRun() ?? whyNoDebianBase(), 'with RUN, on Debian bookworm for arm64', () => {
    const buildah = new Buildah(join(work, 'buildah-run'), true);
    let layout = '';

    beforeAll(() => {
      const { base, why } = debianBase(work);
      if (base === undefined) throw new Error(why);
      layout = base.replace('oci-layout://', '');
      buildah.load(layout, 'docker.io/library/debian:bookworm');
    });

    it.each(names.filter(usesRun))('%s', (name) => {
      compare(name, buildah, '--build-context', `debian:bookworm=oci-layout://${layout}`);
    });
  });
});

type Tree = ReturnType<typeof readImage>['tree'];

function differences(actual: Tree, expected: Tree): readonly string[] {
  const [ours, theirs] = [comparable(actual), comparable(expected)];
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .toSorted()
    .filter((path) => ours.get(path) !== theirs.get(path))
    .map((path) => `${path}: ${ours.get(path)} instead of ${theirs.get(path)}`);
}

/** The objects of a tree as text. Which of its names a file had first, is no property of the tree. */
function comparable(tree: Tree): ReadonlyMap<string, string> {
  const fileOf = (path: string) => (tree[path]?.type === 'hardlink' ? (tree[path].link ?? path) : path);
  const names = new Map<string, string[]>();
  for (const path of Object.keys(tree).toSorted()) {
    names.set(fileOf(path), [...(names.get(fileOf(path)) ?? []), path]);
  }
  return new Map(
    Object.entries(tree).map(([path, { type, mode, uid, gid, link, sha256 }]) => {
      const same = names.get(fileOf(path));
      return [
        path,
        JSON.stringify(
          type === 'file' || type === 'hardlink'
            ? { type: 'file', mode, uid, gid, sha256, names: same }
            : { type, mode, uid, gid, link },
        ),
      ];
    }),
  );
}
