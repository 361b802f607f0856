export { describeHost } from './describe-host.ts';
export { describeTree, type Description } from './describe-tree.ts';
export { mutateTree, seededRandom } from './random-tree.ts';
