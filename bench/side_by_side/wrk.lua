-- Sends the bodies of a file in random order and prints what wrk measured as one line of JSON.
-- BODIES: one body a line. PATHS: their paths, or nothing for that of the address. SEED: the order. LOOK: "1" reads each answer and counts those that hold errors.
local ready, threads = {}, {}
bad = 0

function setup(thread)
  table.insert(threads, thread)
end

function init()
  math.randomseed(tonumber(os.getenv("SEED")))
  local paths = {}
  for path in io.lines(os.getenv("PATHS")) do table.insert(paths, path) end
  for body in io.lines(os.getenv("BODIES")) do
    table.insert(ready, wrk.format("POST", paths[#ready + 1], nil, body))
  end
  if os.getenv("LOOK") == "1" then
    response = function(status, headers, body)
      if status ~= 200 or body:find('"errors"', 1, true) then bad = bad + 1 end
    end
  end
end

function request()
  return ready[math.random(#ready)]
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout
  for _, thread in ipairs(threads) do failed = failed + thread:get("bad") end
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "bytes": %d, "p50": %.3f, "p95": %.3f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, failed))
end
