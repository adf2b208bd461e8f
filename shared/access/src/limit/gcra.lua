-- The generic cell rate algorithm on the store's own clock, in microseconds.
-- KEYS[1]: whom; ARGV[1]: the time between two requests; ARGV[2]: how many may come at once.
-- Answers 0 when the request is within the limit, else how long until one will be.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + interval
local wait = due - interval * tonumber(ARGV[2]) - now
if wait > 0 then
  return math.ceil(wait)
end
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000))
return 0
