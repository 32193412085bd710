CREATE CONSTRAINT partner_application_id IF NOT EXISTS FOR (a:PartnerApplication) REQUIRE a.id IS UNIQUE;
CREATE INDEX partner_application_registered IF NOT EXISTS FOR (a:PartnerApplication) ON (a.registered_at, a.id);
CREATE INDEX partner_application_public IF NOT EXISTS FOR (a:PartnerApplication) ON (a.anonymous);
CREATE CONSTRAINT partner_document_id IF NOT EXISTS FOR (d:PartnerDocument) REQUIRE d.id IS UNIQUE;
