/**
 * Checks the direction of imports: between packages only what the table below allows, no cycles, no deep imports.
 * The table is the architecture; docs/architecture/README.md draws it.
 */
import { cruise } from 'dependency-cruiser';
import { root } from './run.mjs';

const mayImport = {
  foundation: [],
  abi: [],
  archive: ['foundation'],
  dockerfile: ['foundation'],
  oci: ['archive', 'foundation'],
  fsimage: ['archive', 'foundation', 'abi'],
  wasm: ['foundation'],
  a64: ['foundation'],
  translate: ['a64', 'wasm', 'foundation', 'abi'],
  kernel: ['foundation', 'abi'],
  policy: ['foundation'],
  component: ['kernel', 'translate', 'fsimage', 'wasm', 'foundation', 'abi'],
  runner: ['policy', 'translate', 'wasm', 'component', 'foundation', 'abi'],
  build: [
    'archive',
    'dockerfile',
    'oci',
    'fsimage',
    'wasm',
    'a64',
    'translate',
    'kernel',
    'policy',
    'component',
    'runner',
    'foundation',
    'abi',
  ],
  cli: ['build', 'runner', 'policy', 'oci', 'component', 'foundation'],
};

const isTest = '\\.test\\.ts$|/testing/';
const forbidden = [
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ...Object.entries(mayImport).map(([name, allowed]) => ({
    name: `${name}-imports-only-${allowed.join('-') || 'nothing'}`,
    severity: 'error',
    // A test may use any package: it stands outside the product.
    from: { path: `^packages/${name}/src`, pathNot: isTest },
    to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
  })),
  ...Object.keys(mayImport).map((name) => ({
    name: `into-${name}-through-its-index`,
    severity: 'error',
    from: { path: '^packages/', pathNot: `^packages/${name}/` },
    // `artifacts` is what a package has built, without loading what builds it.
    to: {
      path: `^packages/${name}/src/`,
      pathNot: `^packages/${name}/src/(index|testing/index|artifacts)\\.ts$`,
    },
  })),
];

process.chdir(root);
const { output } = await cruise(['packages'], {
  ruleSet: { forbidden },
  validate: true,
  includeOnly: '^packages/[^/]+/src',
  tsPreCompilationDeps: true,
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['boxer-source', 'import', 'node'],
    extensions: ['.ts', '.mts', '.js', '.mjs'],
  },
});

const { totalCruised, violations } = output.summary;
const crossings = output.modules.flatMap((module) =>
  module.dependencies.filter(({ resolved }) => packageOf(resolved) !== packageOf(module.source)),
);
// A check that saw nothing must not pass: the cruiser reports no modules when its compiler is not supported.
if (totalCruised < 50 || crossings.length < 10) {
  console.error(
    `Only ${totalCruised} modules and ${crossings.length} imports between packages were seen: the check is broken.`,
  );
  process.exit(1);
}
for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} → ${to}`);
if (violations.length > 0) process.exit(1);
console.log(
  `${totalCruised} modules, ${crossings.length} imports between packages, all in the allowed direction`,
);

function packageOf(path) {
  return path.split('/')[1];
}
