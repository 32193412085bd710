MATCH (x:ExternalId) WHERE x.kind IS NULL CALL (x) { SET x.kind = 'Person' } IN TRANSACTIONS OF 10000 ROWS;
DROP CONSTRAINT external_id IF EXISTS;
CREATE CONSTRAINT external_id_of_kind IF NOT EXISTS FOR (x:ExternalId) REQUIRE (x.kind, x.system, x.value) IS UNIQUE;
MATCH (j:Job) WHERE j.version IS NULL CALL (j) { SET j.version = 1, j.updated_at = j.created_at } IN TRANSACTIONS OF 10000 ROWS;
MATCH (a:Application) WHERE a.version IS NULL CALL (a) { SET a.version = 1 } IN TRANSACTIONS OF 10000 ROWS;
CREATE CONSTRAINT idempotency_key IF NOT EXISTS FOR (k:IdempotencyKey) REQUIRE k.hash IS UNIQUE;
CREATE INDEX idempotency_kept IF NOT EXISTS FOR (k:IdempotencyKey) ON (k.at);
