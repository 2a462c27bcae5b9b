-- Take every claim or none, by the clock of this server.
-- KEYS: for each claim a hash of what was taken in each interval, and a set of the places by when their lease ends.
-- ARGV: length of an interval, intervals in the ring, a name for the places, seconds of a lease, then for each claim
-- requests, tokens, places, and the limits of the three (-1: none).
-- Returns {interval}, or {interval, claim, what (1 requests, 2 tokens, 3 places), milliseconds to wait (-1: never)}.
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local length, ring, place, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local interval = math.floor(now / length)

local function wait(taken, sum, allowed)
    if allowed < 0 then return -1 end
    table.sort(taken, function(a, b) return a[1] < b[1] end)
    for _, one in ipairs(taken) do
        sum = sum - one[2]
        if sum <= allowed then return math.ceil(((one[1] + ring) * length - now) * 1000) end
    end
    return -1
end

for claim = 1, #KEYS / 2 do
    local at = 4 + (claim - 1) * 6
    local counts, places = KEYS[claim * 2 - 1], KEYS[claim * 2]
    local taken = {{}, {}}
    local sums = {0, 0}
    local fields = redis.call('HGETALL', counts)
    for i = 1, #fields, 2 do
        local kind = string.sub(fields[i], 1, 1) == 'r' and 1 or 2
        local of, amount = tonumber(string.sub(fields[i], 2)), tonumber(fields[i + 1])
        if of <= interval - ring then
            redis.call('HDEL', counts, fields[i])
        else
            sums[kind] = sums[kind] + amount
            table.insert(taken[kind], {of, amount})
        end
    end
    for what = 1, 2 do
        local wanted, limit = tonumber(ARGV[at + what]), tonumber(ARGV[at + 3 + what])
        if limit >= 0 and wanted > 0 and sums[what] + wanted > limit then
            return {interval, claim, what, wait(taken[what], sums[what], limit - wanted)}
        end
    end
    local wanted, limit = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 6])
    if limit >= 0 and wanted > 0 then
        redis.call('ZREMRANGEBYSCORE', places, '-inf', now)
        if redis.call('ZCARD', places) + wanted > limit then return {interval, claim, 3, 1000} end
    end
end

for claim = 1, #KEYS / 2 do
    local at = 4 + (claim - 1) * 6
    local counts, places = KEYS[claim * 2 - 1], KEYS[claim * 2]
    if tonumber(ARGV[at + 1]) > 0 then redis.call('HINCRBY', counts, 'r' .. interval, ARGV[at + 1]) end
    if tonumber(ARGV[at + 2]) > 0 then redis.call('HINCRBY', counts, 't' .. interval, ARGV[at + 2]) end
    redis.call('EXPIRE', counts, length * (ring + 1))
    if tonumber(ARGV[at + 3]) > 0 then
        redis.call('ZADD', places, now + lease, place)
        redis.call('EXPIRE', places, math.ceil(lease) + 1)
    end
end
return {interval}
