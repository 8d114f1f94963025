// The jest project of `npm run test:manuals`: as the e2e ring, and no part of `npm test`.
const { projects, ...rest } = require('../../jest.config.js');

const ring = projects.find(({ displayName }) => displayName === 'e2e');

module.exports = {
  ...rest,
  maxWorkers: 1, // they build, measure and boot brokers: side by side they would only wait for each other
  projects: [
    {
      ...ring,
      displayName: 'manuals',
      testMatch: ['<rootDir>/test/manuals/*.spec.ts'],
      globalSetup: '<rootDir>/test/global-setup-manuals.mjs',
    },
  ],
};
