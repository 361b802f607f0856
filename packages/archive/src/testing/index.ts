export { seededRandom } from './seeded-random.ts';
export { collect, inPieces } from './streams.ts';
