-- Second factors. The same rules as in 0001; each table says how it stays bounded.

-- Authenticator apps (RFC 6238), at most ten a person; they go with the person. The secret is sealed for its row;
-- last_step is the newest time step that was accepted, so that each is accepted once.
CREATE TABLE factors (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed TEXT NOT NULL,
  last_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX factors_user ON factors (user_id);

-- Recovery codes, as digests of 80 random bits and the person: ten rows a person, a new set takes the
-- place of the old.
CREATE TABLE recovery_codes (
  digest TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

-- Browsers that were asked for the second factor and need not be for a while; the cookie is known as a digest. At most
-- twenty a person, the oldest makes room; pruned when they expire.
CREATE TABLE remembered_browsers (
  id TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  user_agent TEXT NOT NULL,
  ip TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX remembered_browsers_user ON remembered_browsers (user_id);
CREATE INDEX remembered_browsers_expires ON remembered_browsers (expires_at);

-- Sign-ins that are half done, in one browser; they open nothing. One needs a right password (or a session) first;
-- pruned ten minutes later.
CREATE TABLE login_attempts (
  id TEXT NOT NULL PRIMARY KEY,
  browser TEXT NOT NULL,
  stage TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  session_id TEXT,
  amr TEXT NOT NULL,
  authorization_id TEXT,
  visit_id TEXT,
  switching BOOLEAN NOT NULL,
  purpose TEXT NOT NULL,
  failures BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX login_attempts_user ON login_attempts (user_id);
CREATE INDEX login_attempts_expires ON login_attempts (expires_at);

-- Whether a remembered browser stood in for the second factor.
ALTER TABLE sessions ADD COLUMN remembered BOOLEAN NOT NULL DEFAULT FALSE;
