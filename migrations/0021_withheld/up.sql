-- What an admin took from an app that registered itself, words between spaces; NULL for nothing. The app does not get
-- it back by itself (RFC 7592 §2.2). At most as many as there are grant and response types.
ALTER TABLE client_registrations ADD COLUMN withheld TEXT;
