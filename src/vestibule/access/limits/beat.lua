-- Say that a machine lives, and hold its places longer; return how many machines live.
-- KEYS: the set of machines, then the set of each place. ARGV: the machine, seconds it is believed, seconds a place is
-- held, then the name of each place.
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for i = 2, #KEYS do
    redis.call('ZADD', KEYS[i], 'XX', now + tonumber(ARGV[3]), ARGV[2 + i])
    redis.call('EXPIRE', KEYS[i], math.ceil(tonumber(ARGV[3])) + 1)
end
return redis.call('ZCARD', KEYS[1])
