-- What the claims parameter asked for (OIDC Core §5.5), as JSON; NULL where it asked for nothing, as
-- it mostly does. It goes with its grant.
ALTER TABLE grants ADD COLUMN claims TEXT;

-- The claims a person agreed to beyond those of the scopes, names between spaces; NULL for none. At
-- most as many as there are standard claims.
ALTER TABLE consents ADD COLUMN claims TEXT;

-- Registered resources (RFC 8707): what a token for one of them may say, and for how long. Bounded by
-- the admins.
CREATE TABLE resources (
  identifier TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  access_token_format TEXT,
  access_token_seconds BIGINT,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
