-- Logouts. The same rules as in 0001: TEXT, BIGINT and BOOLEAN; each table says how it stays bounded.

-- Which clients a session signed in at: ended grants count as well, so the index holds them too.
DROP INDEX grants_session;
CREATE INDEX grants_session ON grants (session_id);

-- The same of grants that were forgotten while their session goes on; last_at is when the last of them
-- was made. At most one row for each client of a live session; pruned with the session.
CREATE TABLE session_clients (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (session_id, client_id)
);

-- What clients are still to be told, and for a while what became of it. next_at: when it is due, or the
-- end of the lease of whoever is at it. Pruned a week after its end, which comes at expires_at at the latest.
CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  client_id TEXT NOT NULL,
  payload TEXT NOT NULL,
  jti TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  ended_at BIGINT,
  outcome TEXT,
  last_error TEXT
);
CREATE INDEX outbox_fresh ON outbox (attempts, next_at) WHERE ended_at IS NULL;
CREATE INDEX outbox_due ON outbox (next_at) WHERE ended_at IS NULL;
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;
