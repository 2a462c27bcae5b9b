-- Put back of what was taken.
-- KEYS: as of the take. ARGV: the interval of the take, the name of the places, then for each claim tokens, places.
for claim = 1, #KEYS / 2 do
    local at = 2 + (claim - 1) * 2
    local field = 't' .. ARGV[1]
    if ARGV[at + 1] ~= '0' and redis.call('HEXISTS', KEYS[claim * 2 - 1], field) == 1 then
        redis.call('HINCRBY', KEYS[claim * 2 - 1], field, -tonumber(ARGV[at + 1]))
    end
    if ARGV[at + 2] ~= '0' then redis.call('ZREM', KEYS[claim * 2], ARGV[2]) end
end
return 0
