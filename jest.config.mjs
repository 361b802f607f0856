/** Tests run on the TypeScript sources of their own package; other packages resolve to their sources too. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['boxer-source', 'node'] },
  roots: ['<rootDir>/packages', '<rootDir>/e2e', '<rootDir>/bench'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
        module: { type: 'es6' },
      },
    ],
  },
  maxWorkers: 2,
  // For what hangs: how long a test takes says nothing on a busy machine.
  testTimeout: 60_000,
};
