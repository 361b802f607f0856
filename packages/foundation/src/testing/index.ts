export { describeIf, itIf, whyNoCommand, whyNotRoot } from './skip.ts';
