export {
  buildProcessModule,
  generateProcessModule,
  type ProcessModuleOptions,
  type ProcessModuleStatistics,
} from './process/process-module.ts';
