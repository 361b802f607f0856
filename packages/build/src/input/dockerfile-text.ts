/** A Dockerfile, read. */
export interface DockerfileText {
  /** As the user may name it: a path relative to the working directory, or to a context from elsewhere. */
  readonly file: string;
  readonly text: string;
}

/** Larger files are no Dockerfiles. @source moby/buildkit frontend/dockerui ("max Dockerfile size") */
export const DOCKERFILE_LIMIT_BYTES = 2 * 1024 * 1024;
