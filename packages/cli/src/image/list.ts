import { BlobStore, ImageNames } from '@boxer/oci';

/** @returns a line per loaded image: its name and digest */
export async function list(): Promise<string[]> {
  const names = await new ImageNames(await BlobStore.open()).list();
  return names.map(({ name, manifest }) => `${name}  ${manifest.digest}`);
}
