/**
 * An open batch is a hash (`id`, `started`) and a list of detections for its camera; `due` says when each must be closed.
 * A closed one is a line of JSON in `closed`, with the time from which it may be taken.
 */
const closeFunction = `
local function close(camera)
  local hash = prefix .. camera
  local list = hash .. ":detections"
  local due = math.min(tonumber(redis.call("zscore", KEYS[1], camera)), now)
  redis.call("zadd", KEYS[2], due, cjson.encode({
    id = redis.call("hget", hash, "id"),
    camera_id = camera,
    started_at_ms = tonumber(redis.call("hget", hash, "started")),
    detection_ids = redis.call("lrange", list, 0, -1),
    failures = 0,
  }))
  redis.call("del", hash, list)
  redis.call("zrem", KEYS[1], camera)
end
`;

/** A detection that comes after its batch was due begins a new one, also when nobody has closed the old one yet. */
export const addScript = `
local prefix, now, camera, detection = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local window, idle, most, new = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
${closeFunction}
local due = redis.call("zscore", KEYS[1], camera)
if due and tonumber(due) <= now then close(camera) end

local hash = prefix .. camera
redis.call("hsetnx", hash, "id", new)
redis.call("hsetnx", hash, "started", ARGV[2])
local count = redis.call("rpush", hash .. ":detections", detection)
local started = tonumber(redis.call("hget", hash, "started"))
local id = redis.call("hget", hash, "id")
redis.call("zadd", KEYS[1], math.min(started + window, now + idle), camera)
if count >= most then close(camera) end
return id`;

export const takeScript = `
local prefix, now, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
${closeFunction}
for _, camera in ipairs(redis.call("zrangebyscore", KEYS[1], "-inf", now)) do close(camera) end
local next = redis.call("zrangebyscore", KEYS[2], "-inf", now, "limit", 0, 1)[1]
if not next then return false end
redis.call("zadd", KEYS[2], now + lease, next)
return next`;
