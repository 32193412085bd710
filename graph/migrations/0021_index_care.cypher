CREATE CONSTRAINT index_rebuild_name IF NOT EXISTS FOR (r:IndexRebuild) REQUIRE r.name IS UNIQUE;
CREATE CONSTRAINT index_check_name IF NOT EXISTS FOR (c:IndexCheck) REQUIRE c.name IS UNIQUE;
CREATE CONSTRAINT idle_index_identity IF NOT EXISTS FOR (i:IdleIndex) REQUIRE i.identity IS UNIQUE;
