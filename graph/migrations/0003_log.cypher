CREATE CONSTRAINT event_id IF NOT EXISTS FOR (e:Event) REQUIRE e.id IS UNIQUE;
CREATE CONSTRAINT sequence_name IF NOT EXISTS FOR (s:Sequence) REQUIRE s.name IS UNIQUE;
CREATE INDEX event_sequence IF NOT EXISTS FOR (e:Event) ON (e.sequence);
CREATE INDEX event_candidate IF NOT EXISTS FOR (e:Event) ON (e.candidate_id, e.sequence);
CREATE INDEX event_pending IF NOT EXISTS FOR (e:Pending) ON (e.appended, e.at, e.id);
CREATE INDEX event_undelivered IF NOT EXISTS FOR (e:Undelivered) ON (e.sequence);
CREATE INDEX event_unindexed IF NOT EXISTS FOR (e:Unindexed) ON (e.sequence);
