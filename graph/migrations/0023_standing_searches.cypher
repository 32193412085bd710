CREATE CONSTRAINT standing_searches_name IF NOT EXISTS FOR (c:StandingSearches) REQUIRE c.name IS UNIQUE;
CREATE INDEX saved_search_standing IF NOT EXISTS FOR (s:SavedSearch) ON (s.standing);
CREATE INDEX saved_search_digest IF NOT EXISTS FOR (s:SavedSearch) ON (s.digest_due_at);
CREATE CONSTRAINT digest_id IF NOT EXISTS FOR (d:Digest) REQUIRE d.id IS UNIQUE;
CREATE INDEX digest_status IF NOT EXISTS FOR (d:Digest) ON (d.status, d.touched_at);
