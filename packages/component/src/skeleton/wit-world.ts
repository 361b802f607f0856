/** WASI version that the component's imports and export name. Hosts of any 0.2 release accept it. */
export const WASI_VERSION = '0.2.0';

/** Packages of the WITs that ship with jco, each needing only those before it. */
export const witPackages = ['io', 'clocks', 'random', 'filesystem', 'sockets', 'cli'] as const;

/**
 * The WIT text of the world that a kernel with these imports needs: one self-contained text, every package nested.
 *
 * @param interfaces - import modules of the kernel, such as `wasi:cli/stdout@0.2.0`
 * @param readPackage - text of one package's WIT, in any 0.2 release
 */
export function witWorld(interfaces: readonly string[], readPackage: (name: string) => string): string {
  const world = [
    'package boxer:box;',
    'world box {',
    ...interfaces.map((name) => `  import ${name};`),
    `  export wasi:cli/run@${WASI_VERSION};`,
    '}',
  ];
  const packages = witPackages.map((name) => {
    const text = readPackage(name).replace(/^package ([^;]+);/m, 'package $1 {');
    return `${text}\n}\n`.replaceAll(/@0\.2\.\d+/g, `@${WASI_VERSION}`);
  });
  return [...world, ...packages].join('\n');
}
