CREATE CONSTRAINT saved_search_id IF NOT EXISTS FOR (s:SavedSearch) REQUIRE s.id IS UNIQUE;
CREATE CONSTRAINT searcher_actor IF NOT EXISTS FOR (o:Searcher) REQUIRE o.actor IS UNIQUE;
CREATE INDEX saved_search_name IF NOT EXISTS FOR (s:SavedSearch) ON (s.name, s.id);
