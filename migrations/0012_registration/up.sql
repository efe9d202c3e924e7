-- Apps that register themselves (OIDC Registration 1.0, RFC 7591, RFC 7592). Portable as 0001_start.

-- Whether nobody here has looked at an app that registered itself (security rows A10, B2, B4).
ALTER TABLE clients ADD COLUMN unreviewed BOOLEAN NOT NULL DEFAULT FALSE;

-- What lets somebody register apps: digest, end, and how often. Made by the admins; pruned a day after expires_at.
CREATE TABLE initial_access_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  trusted BOOLEAN NOT NULL,
  uses BIGINT NOT NULL,
  used BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX initial_access_tokens_expiry ON initial_access_tokens (expires_at);

-- How each app that registered itself came, and what it may change itself with. One row for each such client, gone
-- with it: those with an initial token are bounded by its uses, those without (initial_token is null) are at most
-- registration.open_most_clients, and pruned with their client when nobody used it for registration.unused_days.
CREATE TABLE client_registrations (
  client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
  digest TEXT NOT NULL UNIQUE,
  initial_token TEXT,
  trusted BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX client_registrations_open ON client_registrations (created_at) WHERE initial_token IS NULL;
