export { describeIf, hasCommand, itIf, whyNoCommand, whyNotRoot } from './skip.ts';
