import { DockerfileError } from '../dockerfile-error.ts';

/** An error of an instruction's own arguments, with BuildKit's text. */
export function instructionError(message: string, hint?: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_INSTRUCTION', message, { hint });
}

/** Arguments are missing. */
export function atLeastOneArgument(keyword: string): DockerfileError {
  return instructionError(`${keyword} requires at least one argument`);
}

/** The only argument is missing. */
export function exactlyOneArgument(keyword: string): DockerfileError {
  return instructionError(`${keyword} requires exactly one argument`);
}

/** COPY or ADD with fewer than two arguments. */
export function noDestination(keyword: string): DockerfileError {
  return instructionError(
    `${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`,
  );
}

/** A definition such as `=value`. */
export function blankNames(keyword: string): DockerfileError {
  return instructionError(`${keyword} names can not be blank`);
}
