export { factory, type Factory, type FactoryOptions } from "../fixtures/factory.ts";
export type { ResourceRegistry } from "../fixtures/resource-registry.ts";
export type { TestEnvironment } from "../fixtures/saved-environment.ts";
export { stackTest, type StackTest, type TestTools } from "../fixtures/stack-test.ts";
export type { ResetMode, StackTestOptions } from "../fixtures/stack-binding.ts";
export type { TempFolder } from "../fixtures/temp-folder.ts";
export type { Retirement, ServiceReset, TestMeta } from "../fixtures/test-meta.ts";
export { uniqueId } from "../fixtures/unique-id.ts";
export { until, type UntilOptions } from "../kit/until.ts";
