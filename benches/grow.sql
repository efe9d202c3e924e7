-- Fills an instance for the growth measurement (docs/performance.md): 10,000 clients, a million people, each
-- with a grant and a refresh family. With the server stopped:
--   sqlite3 data/latchkey.db < benches/grow.sql
PRAGMA foreign_keys = ON;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TEMP TABLE numbers AS
  WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999) SELECT i FROM n;

INSERT INTO clients (id, enabled, metadata, revision, created_at, updated_at)
  SELECT printf('grown-%05d', i), 1,
    (SELECT metadata FROM clients WHERE id = 'bench-web'), 1, strftime('%s'), strftime('%s')
  FROM numbers WHERE i < 10000;

-- ULIDs of a year ago, spread like real ones: the time in front, then what is random.
CREATE TEMP TABLE ids AS
  SELECT i, printf('01J%03d%04dGRWN%012d', i / 10000, i % 10000, (i * 7919) % 1000000) AS id FROM numbers;

INSERT INTO users (id, username, email_verified, enabled, roles, claims, created_at, updated_at)
  SELECT id, printf('grown%07d', i), 0, 1, '[]', '{}', strftime('%s'), strftime('%s') FROM ids;
INSERT INTO login_names (name, user_id) SELECT printf('grown%07d', (i * 7919) % 1000000), id FROM ids;

INSERT INTO grants (id, client_id, user_id, session_id, auth_time, amr, acr, scope, resource, created_at,
    expires_at, last_used_at)
  SELECT id, printf('grown-%05d', (i * 31) % 10000), id, id, strftime('%s'), '["pwd"]',
    'urn:latchkey:acr:password', 'email offline_access openid profile', '', strftime('%s'),
    strftime('%s') + 2592000 + i % 86400, strftime('%s') FROM ids;
INSERT INTO refresh_families (id, grant_id, generation, rotated_at, idle_expires_at, expires_at)
  SELECT id, id, i % 50, strftime('%s'), strftime('%s') + 1209600, strftime('%s') + 2592000 FROM ids;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
