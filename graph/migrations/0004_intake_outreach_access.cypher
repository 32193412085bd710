CREATE CONSTRAINT intake_id IF NOT EXISTS FOR (i:Intake) REQUIRE i.id IS UNIQUE;
CREATE INDEX intake_status IF NOT EXISTS FOR (i:Intake) ON (i.status, i.received_at);
CREATE CONSTRAINT template_id IF NOT EXISTS FOR (t:Template) REQUIRE t.id IS UNIQUE;
CREATE CONSTRAINT touch_id IF NOT EXISTS FOR (t:Touch) REQUIRE t.id IS UNIQUE;
CREATE CONSTRAINT touch_unsubscribe IF NOT EXISTS FOR (t:Touch) REQUIRE t.unsubscribe_key IS UNIQUE;
CREATE INDEX touch_status IF NOT EXISTS FOR (t:Touch) ON (t.status, t.queued_at);
CREATE CONSTRAINT token_hash IF NOT EXISTS FOR (t:Token) REQUIRE t.hash IS UNIQUE;
