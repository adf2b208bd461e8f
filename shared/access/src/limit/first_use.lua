-- Before a request is counted: what it proves itself with is used for the first time, or nothing is counted.
-- KEYS[2]: what is used; ARGV[3]: for how many milliseconds it is remembered. Answers -1 when it was used before.
if not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[3]) then
  return -1
end
