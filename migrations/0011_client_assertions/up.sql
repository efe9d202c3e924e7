-- Client assertions that were used (RFC 7523 §3), by a digest of client and jti. Each is kept until it could
-- not be used anyway, eleven minutes at the most; then it is pruned.
CREATE TABLE client_assertions (
  digest TEXT NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX client_assertions_expiry ON client_assertions (expires_at);
