-- How much a name has used up of what it may have in a while: when all of it will have come back, microseconds since
-- 1970 (GCRA). Names are MACs. Bounded by the names that were counted in the longest while; pruned when the time is over.
CREATE TABLE paces (
  name TEXT NOT NULL PRIMARY KEY,
  full_at BIGINT NOT NULL
);
CREATE INDEX paces_expiry ON paces (full_at);

-- Accounts that somebody tried and failed to sign in to lately, by network (both as MACs). From a network with many of
-- them few more tries a minute are let through; pruned after forget_at, an hour after the last try.
CREATE TABLE failed_accounts (
  network TEXT NOT NULL,
  account TEXT NOT NULL,
  forget_at BIGINT NOT NULL,
  PRIMARY KEY (network, account)
);
CREATE INDEX failed_accounts_expiry ON failed_accounts (forget_at);
