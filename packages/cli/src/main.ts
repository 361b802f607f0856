/**
 * The entry of the command line. `boxer run` takes a short way that loads neither oclif nor the builder: half of the
 * time a small box takes would be spent on them.
 */
const [command, ...words] = process.argv.slice(2);

if (command === 'run') {
  // The box's thread starts while this one loads the rest. Should that fail, running the box says why.
  void import('@boxer/runner/prestart').catch(() => undefined);
  const { runImage } = await import('./run/run-image.ts');
  await runImage(words);
} else {
  const { runCommand } = await import('./run-command.ts');
  await runCommand(process.argv.slice(2));
}

export {};
