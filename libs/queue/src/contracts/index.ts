// The door to `@app/queue/contracts`: definitions as others see them, as JSON Schema and as documents, without Nest.
export { asyncApiDocument } from './asyncapi-document';
export type { AsyncApiSource } from './asyncapi-document';
export { contractsOf, readSnapshot, snapshotText } from './contract';
export type { Contract, EventContract, TaskContract } from './contract';
export { contractChanges } from './contract-changes';
export type { ContractChange } from './contract-changes';
export { componentName } from './component-name';
export { inputSchemaOf, isJsonObject, movedTo, pointedAt } from './json-schema';
export type { JsonSchema, JsonSchemaVersion } from './json-schema';
