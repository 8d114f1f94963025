// Nest 12 is ESM-only and jest on Node 20 cannot require(esm): @nestjs is compiled to CommonJS along with our own code.
const transform = {
  '^.+\\.(t|j)s$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
      },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    },
  ],
};

const ring = (displayName, testMatch, rest = {}) => ({
  displayName,
  rootDir: __dirname,
  testEnvironment: 'node',
  testMatch,
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  moduleFileExtensions: ['js', 'json', 'ts'],
  transform,
  transformIgnorePatterns: ['/node_modules/(?!(?:@nestjs|uid|file-type)/)'],
  moduleNameMapper: {
    '^(\\..*\\.module|\\.{1,2}/(?:commands|terminal|checkup)/.*)\\.js$': '$1', // import() of a source, which names what it is compiled to
    '^@app/(queue|tasks)$': '<rootDir>/libs/$1/src',
    '^@app/(queue|tasks)/(.*)$': '<rootDir>/libs/$1/src/$2',
  },
  ...rest,
});

module.exports = {
  // The tests wait for brokers and processes much of the time: four files at once, also on two cores.
  maxWorkers: 4,
  // Of a test that starts a process: no bound on speed, on a machine whose processors others use (test/support/patience.ts has that of the others).
  testTimeout: 60_000,
  projects: [
    ring('unit', ['<rootDir>/{apps,libs,scripts,bench,examples}/**/*.spec.ts', '<rootDir>/test/unit/**/*.spec.ts'], {
      setupFilesAfterEnv: ['<rootDir>/test/support/unit-patience.ts'],
    }),
    ring('integration', ['<rootDir>/test/integration/**/*.spec.ts'], {
      setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
      globalSetup: '<rootDir>/test/global-setup.mjs',
      globalTeardown: '<rootDir>/test/global-teardown.mjs',
    }),
    ring('e2e', ['<rootDir>/test/e2e/**/*.e2e-spec.ts'], {
      setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
      globalSetup: '<rootDir>/test/global-setup-e2e.mjs',
      globalTeardown: '<rootDir>/test/global-teardown.mjs',
    }),
  ],
};
