import { DockerfileError } from '../dockerfile-error.ts';

/** An error of an instruction's own arguments, with BuildKit's text. */
export function instructionError(message: string, hint?: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_INSTRUCTION', message, { hint });
}

export function atLeastOneArgument(keyword: string): DockerfileError {
  return instructionError(`${keyword} requires at least one argument`);
}

export function exactlyOneArgument(keyword: string): DockerfileError {
  return instructionError(`${keyword} requires exactly one argument`);
}

export function noDestination(keyword: string): DockerfileError {
  return instructionError(
    `${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`,
  );
}

export function blankNames(keyword: string): DockerfileError {
  return instructionError(`${keyword} names can not be blank`);
}
