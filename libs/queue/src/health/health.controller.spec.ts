import { HealthController } from './health.controller';

describe('the health controller', () => {
  it.each(['live', 'ready'] as const)('does not load the API documentation into a worker for /health/%s', (name) => {
    const keys = Reflect.getMetadataKeys(
      Object.getOwnPropertyDescriptor(HealthController.prototype, name)?.value as object,
    );
    expect(keys.filter((key) => String(key).startsWith('swagger'))).toEqual([]);
    expect(keys).toContain('path');
  });
});
