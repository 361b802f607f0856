export { randomImage, type RandomImageOptions, randomLayer } from './random-image.ts';
export { temporaryDirectory, type TemporaryDirectory, temporaryStore } from './temporary-store.ts';
export { type Interception, RegistryServer, type RegistryServerOptions } from './registry-server.ts';
