import { stat } from 'node:fs/promises';
import { parsePlatform, type FileSource, type Platform, type ExternalBase } from '@boxer/dockerfile';
import { isErrno } from '@boxer/foundation';
import type { DirectoryDigests } from '../cache/context-digests.ts';
import { isRemoteContext, type RemoteContexts } from '../context/remote-contexts.ts';
import { BaseError } from '../errors/base-error.ts';
import { filteredDirectory, readIgnorePatterns } from '../input/read-input.ts';
import type { Base } from './base.ts';
import type { ImageOpener } from './image-opener.ts';

/** A place outside the Dockerfile: the base of a stage, or the source of a COPY or mount. */
export type ExternalSource = ExternalBase | Extract<FileSource, { kind: 'image' | 'named-context' }>;

/** Opens places outside the Dockerfile, each once. */
export class BaseOpener {
  readonly #images: ImageOpener;
  readonly #remote: RemoteContexts;
  readonly #digests: DirectoryDigests;
  readonly #platform: Platform;
  readonly #opened = new Map<string, Promise<Base>>();

  /** @param platform - for sources that name none */
  constructor(images: ImageOpener, remote: RemoteContexts, digests: DirectoryDigests, platform: string) {
    this.#images = images;
    this.#remote = remote;
    this.#digests = digests;
    this.#platform = parsePlatform(platform);
  }

  open(source: ExternalSource): Promise<Base> {
    const key = JSON.stringify([
      source.kind,
      source.kind === 'image' ? source.reference : source.source,
      this.#platformOf(source),
    ]);
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    const base = this.#open(source);
    this.#opened.set(key, base);
    return base;
  }

  #platformOf(source: ExternalSource): Platform {
    return 'platform' in source ? source.platform : this.#platform;
  }

  async #open(source: ExternalSource): Promise<Base> {
    const platform = this.#platformOf(source);
    if (source.kind === 'image') return this.#images.openReference(source.reference, platform);
    const { name, source: text } = source;
    if (isRemoteContext(text)) return { kind: 'files', root: await this.#remote.openNamed(name, text) };
    const scheme = /^(?<scheme>[a-z][a-z0-9+-]*):/.exec(text)?.groups?.['scheme'];
    if (scheme === 'oci-layout')
      return this.#images.openLayout(text.replace(/^oci-layout:(?:\/\/)?/, ''), platform);
    if (scheme === 'docker-archive' || scheme === 'oci-archive') {
      return this.#images.openArchive(text.replace(/^[a-z-]+:(?:\/\/)?/, ''), platform);
    }
    if (scheme !== undefined && scheme !== 'local') {
      throw new BaseError(name, `sources of the form ${scheme}: are not supported`);
    }
    return this.#openDirectory(name, text.replace(/^local:(?:\/\/)?/, ''));
  }

  async #openDirectory(name: string, path: string): Promise<Base> {
    const stats = await stat(path).catch((cause: unknown) => {
      const why = isErrno(cause, 'ENOENT') ? 'there is no such directory' : String(cause);
      throw new BaseError(name, `${path}: ${why}`, { cause });
    });
    if (!stats.isDirectory()) throw new BaseError(name, `${path} is no directory`);
    const patterns = await readIgnorePatterns(path, undefined);
    const digests = await this.#digests.of(path);
    return { kind: 'files', root: filteredDirectory(name, path, patterns, digests) };
  }
}
