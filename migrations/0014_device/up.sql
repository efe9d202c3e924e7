-- Device authorizations (RFC 8628): one row a device code. They name their client without a foreign key, like stored
-- authorizations. Neither code can be read from them: device_digest is of 256 random bits, user_code is a MAC under the
-- master key. Pruned after forget_at, an hour after the codes end.
CREATE TABLE device_codes (
  id TEXT NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL,
  device_digest TEXT NOT NULL,
  user_code TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL,
  resource TEXT NOT NULL,
  challenge TEXT,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  stage TEXT NOT NULL,
  user_id TEXT,
  session_id TEXT,
  grant_id TEXT,
  poll_seconds BIGINT NOT NULL,
  next_poll_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  forget_at BIGINT NOT NULL
);
CREATE INDEX device_codes_expiry ON device_codes (forget_at);
CREATE INDEX device_codes_approved ON device_codes (user_id) WHERE stage = 'approved';

-- Browsers in which a user code was entered; pages carry only the id. At most ten a minute from a network; pruned with
-- their device code.
CREATE TABLE device_visits (
  id TEXT NOT NULL PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES device_codes (id) ON DELETE CASCADE,
  browser TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX device_visits_device ON device_visits (device_id);

-- Codes entered, by network and browser (as MACs) and in all. Pruned after ends_at.
CREATE TABLE device_tries (
  name TEXT NOT NULL PRIMARY KEY,
  tries BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX device_tries_expiry ON device_tries (ends_at);
