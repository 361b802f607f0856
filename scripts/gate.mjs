/** The one command before a commit: format, lint, import direction, types, generated files, tests. */
import { installAndBuild, pnpm } from './run.mjs';

installAndBuild();
for (const step of ['format:check', 'lint', 'imports', 'types', 'generated', 'jest']) {
  console.log(`\n── ${step}`);
  pnpm('run', step);
}
