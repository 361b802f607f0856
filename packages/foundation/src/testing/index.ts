export { describeIf, hasCommand, whyNoCommand } from './skip.ts';
