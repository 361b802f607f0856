import type { Platform } from '../platform/platform.ts';
import type { ImageConfig } from './image-config.ts';

/** PATH of images that do not set one. @source buildkit, util/system, DefaultPathEnvUnix */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** SHELL of images that do not set one. */
export const DEFAULT_SHELL: readonly string[] = ['/bin/sh', '-c'];

/** The config of `scratch` and of contexts that are plain files. */
export function emptyImage(platform: Platform): ImageConfig {
  return {
    ...platformFields(platform),
    config: { Env: [`PATH=${DEFAULT_PATH}`], WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [] },
  };
}

/** The config of a base, without its time of creation and what the specification does not know. */
export function baseImage(image: ImageConfig): ImageConfig {
  const { author, architecture, os, variant, rootfs, history, config } = image;
  return {
    ...(author ? { author } : {}),
    architecture,
    os,
    ...(variant ? { variant } : {}),
    ...(image['os.version'] ? { 'os.version': image['os.version'] } : {}),
    ...(image['os.features'] ? { 'os.features': image['os.features'] } : {}),
    // Registries hold configs with nulls in place of absent values.
    config: config ?? {},
    ...(rootfs ? { rootfs } : {}),
    ...(history ? { history } : {}),
  };
}

/** The fields of an image config that say for which platform it is. */
export function platformFields(
  platform: Platform,
): Pick<ImageConfig, 'os' | 'architecture' | 'variant' | 'os.version'> {
  return {
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    ...(platform.osVersion === undefined ? {} : { 'os.version': platform.osVersion }),
  };
}
