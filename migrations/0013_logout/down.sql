DROP TABLE outbox;
DROP TABLE session_clients;
DROP INDEX grants_session;
CREATE INDEX grants_session ON grants (session_id) WHERE ended_at IS NULL;
