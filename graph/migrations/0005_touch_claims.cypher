CREATE INDEX touch_touched IF NOT EXISTS FOR (t:Touch) ON (t.status, t.touched_at);
