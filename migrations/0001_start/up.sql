-- Portable to SQLite and PostgreSQL: TEXT, BIGINT and BOOLEAN only; times are seconds since 1970;
-- digests, sealed values and lists are text. Each table says how it stays bounded.

-- Small facts of the instance (id, master key fingerprint, epoch of the clients). A handful of rows.
CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- People. Bounded by the people there are; a deleted one keeps its row, emptied, so that no `sub` returns.
CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  email TEXT,
  email_verified BOOLEAN NOT NULL,
  enabled BOOLEAN NOT NULL,
  roles TEXT NOT NULL,
  claims TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT
);

-- Every name a person can sign in with, in its one canonical form. A few rows per person.
CREATE TABLE login_names (
  name TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id)
);
CREATE INDEX login_names_user ON login_names (user_id);

-- argon2id, PHC text. One row per person.
CREATE TABLE passwords (
  user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
  hash TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- Sign-in sessions. At most session.max_per_user live ones a person; ended and expired ones are pruned.
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  auth_time BIGINT NOT NULL,
  amr TEXT NOT NULL,
  acr TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  ip TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- Registered clients. Bounded by the admins.
CREATE TABLE clients (
  id TEXT NOT NULL PRIMARY KEY,
  enabled BOOLEAN NOT NULL,
  metadata TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- Their secrets: two live ones, expired ones are pruned.
CREATE TABLE client_secrets (
  id TEXT NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  value TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT
);
CREATE INDEX client_secrets_client ON client_secrets (client_id);

-- What each person agreed to for each client. One row per pair.
CREATE TABLE consents (
  user_id TEXT NOT NULL REFERENCES users (id),
  client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  resource TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, client_id)
);
CREATE INDEX consents_client ON consents (client_id);

-- Stored authorizations. They name their client without a foreign key, whose index each of them
-- would pay for: removing a client burns its codes, and what is pending finds no client. Pruned after
-- expires_at (session.login_seconds; a redeemed code's evidence stays until nothing that came from it
-- can live).
CREATE TABLE authorizations (
  id TEXT NOT NULL PRIMARY KEY,
  browser TEXT NOT NULL,
  client_id TEXT NOT NULL,
  request TEXT NOT NULL,
  stage TEXT NOT NULL,
  session_id TEXT,
  user_id TEXT,
  scope TEXT,
  code_digest TEXT,
  code_expires_at BIGINT,
  redeemed_at BIGINT,
  grant_id TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX authorizations_expiry ON authorizations (expires_at);
CREATE INDEX authorizations_granted ON authorizations (user_id) WHERE stage = 'granted';

-- What an authorization gave. Pruned when its last token has expired (expires_at).
CREATE TABLE grants (
  id TEXT NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  user_id TEXT REFERENCES users (id),
  session_id TEXT,
  auth_time BIGINT,
  amr TEXT,
  acr TEXT,
  scope TEXT NOT NULL,
  resource TEXT NOT NULL,
  nonce TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT
);
CREATE INDEX grants_user ON grants (user_id, client_id);
CREATE INDEX grants_session ON grants (session_id) WHERE ended_at IS NULL;
CREATE INDEX grants_client ON grants (client_id);
CREATE INDEX grants_expiry ON grants (expires_at);
-- A client that acts for itself has one live grant, however many requests are its first.
CREATE UNIQUE INDEX grants_machine ON grants (client_id) WHERE user_id IS NULL AND ended_at IS NULL;

-- Refresh token families: one row each, however often they rotate. Pruned with their grant.
CREATE TABLE refresh_families (
  id TEXT NOT NULL PRIMARY KEY,
  grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
  generation BIGINT NOT NULL,
  rotated_at BIGINT NOT NULL,
  idle_expires_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX refresh_families_grant ON refresh_families (grant_id);

-- Opaque access tokens. Pruned after expires_at.
CREATE TABLE access_tokens (
  digest TEXT NOT NULL PRIMARY KEY,
  grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  audience TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX access_tokens_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_expiry ON access_tokens (expires_at);

-- Single access tokens revoked before their end (jti of JWTs). Pruned after expires_at.
CREATE TABLE revoked_tokens (
  jti TEXT NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_expiry ON revoked_tokens (expires_at);

-- Signing keys, sealed. A few rows; deleted after expires_at.
CREATE TABLE signing_keys (
  kid TEXT NOT NULL PRIMARY KEY,
  alg TEXT NOT NULL,
  public_jwk TEXT NOT NULL,
  sealed TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  activate_at BIGINT NOT NULL,
  retired_at BIGINT,
  expires_at BIGINT
);

-- Single-use links (set-up, recovery). Pruned after expires_at.
CREATE TABLE one_time_links (
  digest TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  user_id TEXT REFERENCES users (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX one_time_links_user ON one_time_links (user_id);

-- Wrong passwords per account and network. Pruned after forget_at.
CREATE TABLE login_throttles (
  name TEXT NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  forget_at BIGINT NOT NULL
);
CREATE INDEX login_throttles_expiry ON login_throttles (forget_at);

-- What changed, written in the transaction of the change. Pruned after audit.keep_days.
CREATE TABLE audit_events (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  user_id TEXT,
  client_id TEXT,
  target TEXT,
  actor TEXT,
  trace_id TEXT,
  detail TEXT
);

-- Why requests were refused. Bounded by trace.max_rows and trace.keep_seconds.
CREATE TABLE flow_traces (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  client_id TEXT,
  route TEXT NOT NULL,
  code TEXT NOT NULL,
  story TEXT NOT NULL
);
CREATE INDEX flow_traces_at ON flow_traces (at);

-- Who changed which client, user or key, from what to what. Kept for ever; small.
CREATE TABLE config_revisions (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  before TEXT,
  after TEXT
);
CREATE INDEX config_revisions_target ON config_revisions (kind, target);
