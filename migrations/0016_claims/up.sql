-- What the claims parameter asked for (OIDC Core §5.5), as JSON; NULL where it asked for nothing, as
-- it mostly does. It goes with its grant.
ALTER TABLE grants ADD COLUMN claims TEXT;

-- The claims a person agreed to beyond those of the scopes, names between spaces; NULL for none. At
-- most as many as there are standard claims.
ALTER TABLE consents ADD COLUMN claims TEXT;
