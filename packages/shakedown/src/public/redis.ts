export { redis, type RedisOptions } from "../engines/redis/service.ts";
export type { RedisHandle } from "../engines/redis/client.ts";
