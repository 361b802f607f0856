import { type Digest, Digester } from '@boxer/foundation';
import type { Content } from '@boxer/fsimage';

/** Contents that remember their digest once somebody has read them to the end, so that files are hashed once. */
export function digestingContent(content: Content): Content {
  let digest: Digest | undefined = content.knownDigest;
  return {
    sizeBytes: content.sizeBytes,
    get knownDigest() {
      return digest;
    },
    async *chunks() {
      if (digest !== undefined) {
        yield* content.chunks();
        return;
      }
      const digester = new Digester();
      for await (const chunk of content.chunks()) {
        digester.update(chunk);
        yield chunk;
      }
      digest = digester.digest();
    },
  };
}
