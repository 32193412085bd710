CREATE CONSTRAINT signing_key_name IF NOT EXISTS FOR (k:SigningKey) REQUIRE k.name IS UNIQUE;
