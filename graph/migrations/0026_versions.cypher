MATCH (u:User) WHERE u.version IS NULL CALL (u) { SET u.version = 1 } IN TRANSACTIONS OF 10000 ROWS;
MATCH (a:PartnerApplication) WHERE a.version IS NULL CALL (a) { SET a.version = 1 } IN TRANSACTIONS OF 10000 ROWS;
