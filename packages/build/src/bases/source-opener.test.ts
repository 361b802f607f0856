import { Tree } from '@boxer/fsimage';
import { ImageNotFoundError } from '@boxer/oci';
import { TreeSource } from '../context/tree-source.ts';
import { ImageResolutionError } from '../errors/base-error.ts';
import { SourceOpener } from './source-opener.ts';

describe('an image that COPY --from does not find', () => {
  const platform = { os: 'linux', architecture: 'arm64' };
  const openImage = (reference: string) => {
    const missing = new ImageNotFoundError(reference, 'the registry has no such tag');
    const open = () => Promise.reject(new ImageResolutionError(reference, missing));
    const sources = new SourceOpener(new TreeSource('context', new Tree()), { open }, ['stage-0', 'builder']);
    return sources.open({ kind: 'image', reference, platform });
  };

  it('may be a misspelt stage', async () => {
    await expect(openImage('docker.io/library/buidler:latest')).rejects.toMatchObject({
      code: 'OCI_IMAGE_NOT_FOUND',
      hint: 'There is no stage buidler, so that it names an image; did you mean builder?',
    });
  });

  it.each([
    'docker.io/library/debian:latest',
    'docker.io/library/buidler:1',
    'registry.example/library/buidler:latest',
  ])('is none, when it is called %s', async (reference) => {
    await expect(openImage(reference)).rejects.toMatchObject({
      hint: expect.stringMatching(/^Check the name/),
    });
  });
});
