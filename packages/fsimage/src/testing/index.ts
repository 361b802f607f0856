export { describeHost } from './describe-host.ts';
export { describeTree, type Description } from './describe-tree.ts';
export { mutateTree } from './random-tree.ts';
export { seededRandom } from '@boxer/archive/testing';
