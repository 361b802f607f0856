/** The demo: an unmodified Linux/arm64 program, from a Dockerfile to a result, with nothing but what is granted. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

const image = join('.demo', 'esbuild.wasm');
mkdirSync(join(root, '.demo'), { recursive: true });

step('Fetch esbuild for linux/arm64, a static Go binary, from npm');
run(
  'npm',
  'install',
  '--prefix',
  'fixtures/esbuild',
  '--os=linux',
  '--cpu=arm64',
  '--ignore-scripts',
  '--no-package-lock',
  '--loglevel=error',
);

step('Build the Dockerfile into one WebAssembly component');
boxer('build', 'fixtures/esbuild', '-o', image);

step('Look inside');
boxer('inspect', image);

step('Run it: bundle a project from a read-only mount; nothing else of this machine is visible');
boxer('run', '-v', 'fixtures/esbuild/project:/work:ro', image, '--bundle', 'main.js');

function step(text) {
  console.log(`\n\u001b[1m• ${text}\u001b[0m`);
}

function boxer(...args) {
  console.log(`$ ./boxer ${args.join(' ')}`);
  run('node', 'boxer', ...args);
}
